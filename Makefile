PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(if $(shell command -v $(p)),$(p))))
BIN := .venv/bin
STAMP := .venv/.installed
SUPERSET := .venv-superset
SUPERSET_STAMP := $(SUPERSET)/.installed
NEEDS := import sys; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
.PHONY: help install console down superset superset-environment superset-test test lint types imports screenshots snapshots bench clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1	/' | expand -t 22

install: $(STAMP) ## Make .venv with every package at its pinned version

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c '$(NEEDS)' || { echo "Python 3.11 or later is needed, and $(or $(PYTHON),python3) is not; name one with: make install PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment here; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[deployment,dev]'
	@touch $(STAMP)

console: install ## Start the local deployment and open the console on it
	$(BIN)/dagdeck up --wait
	$(BIN)/dagdeck

down: install ## Stop the local deployment
	$(BIN)/dagdeck down

superset: install superset-environment ## Show the marts in Superset, until Ctrl-C
	$(BIN)/python -m pipelines.superset

superset-environment: $(SUPERSET_STAMP)

$(SUPERSET_STAMP): pipelines/superset/constraints.txt
	@test -x $(SUPERSET)/bin/python || $(PYTHON) -m venv $(SUPERSET)
	$(SUPERSET)/bin/python -m pip install --quiet --constraint $< apache-superset psycopg2-binary rich cachetools
	@touch $@

superset-test: install superset-environment ## The tests of Superset alone
	$(BIN)/python -m pytest -m superset

test: lint types imports superset-environment ## Lint, types, import rules and all tests
	$(BIN)/python -m pytest -m ''

lint: install ## Check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: install ## Check types
	$(BIN)/mypy

imports: install ## Check which package may import which
	$(BIN)/lint-imports

screenshots: install ## Take the screenshots anew, from a live deployment
	$(BIN)/python -m tests.screenshots

snapshots: install ## Record anew what each screen looks like; read the difference
	DAGDECK_SNAPSHOTS=record $(BIN)/python -m pytest -q tests/snapshots

bench: install ## Measure speed and memory
	$(BIN)/python -m tests.benchmarks

clean: ## Remove what can be made again; the deployment's state stays
	rm -rf .venv .venv-superset build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
