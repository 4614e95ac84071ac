# The verbs of this project. Everything happens in .venv; nothing else on the machine is touched,
# but for Chromium, which `make test` installs where it may.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PORT ?= 8000
# LOCKED=cpu (as .ci/run says) installs nothing but files that requirements.lock and .ci/torch-cpu.lock have the hashes of,
# and runs no code of theirs meanwhile; LOCKED=index takes the index's own build of PyTorch.
LOCKED ?=
LOCKS := --requirement requirements.lock --requirement .ci/torch-$(LOCKED).lock
TOOLS := build/tools
AUDIT ?= # options for pip-audit, such as --vulnerability-service osv

.PHONY: demo test check bench soak screenshots lock sbom audit clean help

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: .venv/installed ## install, ingest the bundled reading list, serve it on http://127.0.0.1:8000
	@$(BIN)/kg ingest data/deep-learning-theory.md --facts data/deep-learning-theory.facts.jsonl; \
	code=$$?; test $$code -eq 0 -o $$code -eq 3
	@$(BIN)/kg serve --port $(PORT)

test: .venv/installed-test ## every test; browser tests are skipped, saying so, where there is no Chromium
	@sh tests/browser/install-chromium.sh
	@$(BIN)/python -m pytest

check: .venv/installed-test ## lint, format, types, imports
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: .venv/installed-bench ## speed and memory, as ratios against a peer in the same run
	@$(BIN)/python -m benchmarks

soak: .venv/installed-test ## ten minutes of all kinds of questions while papers come and go: no error, no growth
	@$(BIN)/python -m benchmarks.soak

lock: $(TOOLS)/installed ## pin every package anew, with the hashes of its files
	@$(TOOLS)/bin/python .ci/lock.py

sbom: .venv/installed $(TOOLS)/installed ## list what kg runs with (CycloneDX) in build/sbom.cdx.json
	@$(TOOLS)/bin/python .ci/sbom.py $(BIN)/python build/sbom.cdx.json

audit: ## look for known faults of all packages; skipped, saying so, where nobody can be asked
	@$(PYTHON) .ci/audit.py $(TOOLS) $(AUDIT)

screenshots: .venv/installed-test ## make the pictures of the README anew
	@sh tests/browser/install-chromium.sh
	@$(BIN)/python docs/screenshots.py

clean: ## remove what was installed and built (the library in data/ stays)
	rm -rf .venv build dist

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "kg needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt requirements.lock
	@echo "Installing kg and what it needs (once; PyTorch is large) ..."
ifneq ($(LOCKED),)
	@$(PIP) install --require-hashes --only-binary :all: $(LOCKS)
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
else
	@$(PIP) install --constraint constraints.txt --editable .
endif
	@touch $@

.venv/installed-test: .venv/installed
ifeq ($(LOCKED),)
	@$(PIP) install --constraint constraints.txt --editable '.[test]'
endif
	@touch $@

.venv/installed-bench: .venv/installed-test
	@$(PIP) install --constraint constraints.txt --editable '.[bench]'
	@touch $@

$(TOOLS)/installed: .ci/tools.lock
	@echo "Installing the tools of .ci/tools.in ..."
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip --disable-pip-version-check --quiet install \
		--require-hashes --only-binary :all: --requirement .ci/tools.lock
	@touch $@
