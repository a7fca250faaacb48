#!/usr/bin/env bash
# Remakes the lock files from pyproject.toml; `scripts/lock.sh --upgrade` also moves what is already pinned.
#
# requirements.lock      what `warmlane serve --solo` needs: the base install
# requirements-dev.lock  that, at the same versions, and every extra but gpu, which installs over onnxruntime
# requirements-ray.lock  of that, what a node of a cluster needs, and `serve deploy`
# requirements-build.lock  what builds the wheel
# requirements-train.lock  of the base install and scikit-learn, what trains the pair head
# requirements-clients-*.lock  the SDKs of tests/clients, from the .in files there; package-lock.json: those in JavaScript
#
# They name packages, versions and hashes, and no index: whoever installs uses their own.
set -euo pipefail
cd "$(dirname "$0")/.."

compile=(
  "${COMPILER:-.venv/bin/pip-compile}" --quiet --generate-hashes --allow-unsafe --strip-extras --no-header
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@"
)
"${compile[@]}" --output-file requirements.lock pyproject.toml
"${compile[@]}" --extra ray --extra chroma --extra otlp --extra notebooks --extra dev --constraint requirements.lock \
  --output-file requirements-dev.lock pyproject.toml
"${compile[@]}" --extra ray,otlp,chroma --constraint requirements-dev.lock --output-file requirements-ray.lock pyproject.toml
"${compile[@]}" --extra train --constraint requirements-dev.lock --output-file requirements-train.lock pyproject.toml
"${compile[@]}" --build-deps-for wheel --only-build-deps --constraint requirements-dev.lock \
  --output-file requirements-build.lock pyproject.toml

for clients in tests/clients/*.in; do
  name=$(basename "$clients" .in)
  "${compile[@]}" --no-annotate --output-file "requirements-clients-$name.lock" "$clients"
done
if command -v npm >/dev/null; then
  (
    cd tests/clients/node
    npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
  )
fi

if grep -nE '://' requirements*.lock || grep -n '"resolved"' tests/clients/node/package-lock.json; then
  echo "lock.sh: a lock file names an address (above); locks hold names, versions and hashes only" >&2
  exit 1
fi
