#!/usr/bin/env bash
# Installs what `make bench ARGS=--peers` measures beside, each peer in a folder of its own below .venv-peers/:
# LiteLLM from bench/peers/litellm.lock (with pip), Portkey's gateway from bench/peers/portkey/ (with npm, Node.js 20).
#
#   bench/peers/install.sh          what the locks name
#   bench/peers/install.sh --lock   remake the locks first, from litellm.in and portkey/package.json
#
# One peer that cannot be installed does not keep the other from it. The locks name versions and hashes, no address.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=bench/peers
there=.venv-peers

lock() {
  .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
    --output-file "$here/litellm.lock" "$here/litellm.in"
  (
    cd "$here/portkey"
    npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
  )
  if grep -nE '"resolved"|--(extra-)?index-url|--find-links' "$here/litellm.lock" "$here/portkey/package-lock.json"; then
    echo "install.sh: a lock names an address (above)" >&2
    return 1
  fi
}

litellm() {
  .venv/bin/python -m venv "$there/litellm"
  "$there/litellm/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes \
    --requirement "$here/litellm.lock"
}

portkey() {
  command -v npm >/dev/null || {
    echo "there is no npm; on Debian and Ubuntu: apt install nodejs npm" >&2
    return 1
  }
  mkdir -p "$there/portkey"
  cp "$here/portkey/package.json" "$here/portkey/package-lock.json" "$there/portkey/"
  (cd "$there/portkey" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
}

if [[ "${1-}" == --lock ]]; then lock; fi
missing=0
for peer in litellm portkey; do
  # In the background: a function in the condition of an `if` would go on after a command of it failed.
  "$peer" &
  if wait $!; then
    echo "install.sh: $peer is installed"
  else
    echo "install.sh: $peer is not installed" >&2
    missing=1
  fi
done
exit "$missing"
