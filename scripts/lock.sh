#!/usr/bin/env bash
# Remakes the two lock files from pyproject.toml; `scripts/lock.sh --upgrade` also moves what is already pinned.
#
# requirements.lock      what `warmlane serve --solo` needs: the base install
# requirements-dev.lock  that, at the same versions, and every extra
#
# Both name packages, versions and hashes, and no index: whoever installs uses their own.
set -euo pipefail
cd "$(dirname "$0")/.."

compile=(
  "${COMPILER:-.venv/bin/pip-compile}" --quiet --generate-hashes --allow-unsafe --strip-extras --no-header
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@"
)
"${compile[@]}" --output-file requirements.lock pyproject.toml
"${compile[@]}" --all-extras --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

if grep -nE '://' requirements.lock requirements-dev.lock; then
  echo "lock.sh: a lock file names an address (above); locks hold names, versions and hashes only" >&2
  exit 1
fi
