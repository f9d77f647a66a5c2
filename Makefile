# Everything starts here: the first target that needs it builds .venv from requirements.lock.
# Needs Python 3.11 or newer; PYTHON=... chooses one, WORKERS=... the processes of the test suite.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Without bytecode every start compiles every import again: two to three times slower.
unexport PYTHONDONTWRITEBYTECODE
# A missing interpreter is an error to be told, not a download.
export UV_PYTHON_DOWNLOADS := never

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
WORKERS ?= 2
ARGS ?=

OLD_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c '$(OLD_ENOUGH)' 2>/dev/null && echo $$p && break; done)

.PHONY: help install demo test prove soak check bench lock fmt

help: ## print this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

install: $(STAMP) ## build .venv and compile the kernels

demo: $(STAMP) ## a first report in ./tomking-demo, no account and no network
	@$(BIN)/tomking demo $(ARGS)

# loadscope: the tests of a file stay on one worker, so a fixture that runs a backtest runs once. In the
# order they are collected: reordered, the longest files would come last and leave a worker idle.
test: $(STAMP) ## the whole suite
	@$(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

prove: $(STAMP) ## measure every claim into docs/evidence (commit first)
	@$(BIN)/python scripts/prove.py $(ARGS)

check: $(STAMP) ## format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

soak: $(STAMP) ## 5,000 Fridays at the exchange server while things go wrong: hours
	@TOMKING_SEEDS=5000 $(BIN)/pytest -n $(WORKERS) tests/scenarios/test_fault_simulation.py $(ARGS)

bench: $(STAMP) ## the speed figures, each beside its peer
	@$(BIN)/tomking bench $(ARGS)

lock: $(STAMP) ## pin every dependency with hashes; ARGS=--upgrade takes newer ones
	@cp requirements.lock $(VENV)/new.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header \
		pyproject.toml --group dev --output-file $(VENV)/new.lock $(ARGS)
	@if grep -nE '://|-index-url|find-links' $(VENV)/new.lock; then \
		echo 'These lines say where packages came from; the lock was left as it is.' >&2; exit 1; fi
	@mv $(VENV)/new.lock requirements.lock

fmt: $(STAMP) ## format, mend what can be mended, bring ARCHITECTURE.md up to date
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/python scripts/rooms.py

$(BIN)/python:
	@if [ -z '$(PYTHON)' ]; then \
		echo 'Python 3.11 or newer is needed: apt-get install python3 or pass PYTHON=/path/to/python.' >&2; exit 1; fi
	@if ! $(PYTHON) -c '$(OLD_ENOUGH)'; then \
		echo 'PYTHON=$(PYTHON) does not run or is older than 3.11: pass a newer one.' >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo 'This Python cannot make a virtual environment: apt-get install python3-venv' >&2; exit 1; fi
	@$(PYTHON) -m venv $(VENV)

# uv installs the same lock with the same hashes several times faster; pip alone does where it cannot.
# setuptools builds the package itself (it has no hash of ours: it is the build back end, not a dependency).
$(STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@rm -f $(STAMP)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@uv="$$(command -v uv || true)"; \
	if [ -z "$$uv" ] && $(BIN)/python -m pip install --quiet --require-hashes -r $(VENV)/uv.txt; then \
		uv=$(BIN)/uv; fi; \
	export VIRTUAL_ENV=$(VENV); \
	if [ -n "$$uv" ] && "$$uv" pip sync --quiet --require-hashes --compile-bytecode requirements.lock; then \
		"$$uv" pip install --quiet --no-deps --editable .; \
	else \
		echo 'Installing with pip instead of uv.' >&2; \
		$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; \
		$(BIN)/python -m pip install --quiet --no-deps --editable .; fi
	@$(BIN)/python -m tomking.app.warm
	@touch $(STAMP)
