PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(if $(shell command -v $(p)),$(p))))
BIN := .venv/bin
STAMP := .venv/.installed
SUPERSET := .venv-superset
SUPERSET_STAMP := $(SUPERSET)/.installed
NEEDS := import sys; sys.exit(sys.version_info < (3, 11))

ON_EVERY_CORE := --numprocesses auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

define part
@echo "$(1) …"; began=$$(date +%s); $(2) || { echo "$(1): failed after $$(($$(date +%s) - began)) s"; exit 1; }; echo "$(1): $$(($$(date +%s) - began)) s"
endef

.DEFAULT_GOAL := help
.PHONY: help install console down superset superset-environment superset-test test test-thorough test-stack clock test-clock lint types imports screenshots snapshots mutants random-keys bench compat clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 22

install: $(STAMP) ## Make .venv with every package at its pinned version

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c '$(NEEDS)' || { echo "Python 3.11 or later is needed, and $(or $(PYTHON),python3) is not; name one with: make install PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' || { echo "Python cannot make a virtual environment here; on Debian: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) tools/install.py .venv --constraint constraints.txt --editable '.[deployment,dev]'
	@touch $(STAMP)

console: install ## Start the local deployment and open the console on it
	$(BIN)/dagdeck up --wait
	$(BIN)/dagdeck

down: install ## Stop the local deployment
	$(BIN)/dagdeck down

superset: install superset-environment ## Show the marts in Superset, until Ctrl-C
	$(BIN)/python -m pipelines.superset

superset-environment: $(SUPERSET_STAMP)

$(SUPERSET_STAMP): pipelines/superset/constraints.txt | $(STAMP)
	@$(PYTHON) tools/install.py $(SUPERSET) --constraint $< --uv $(BIN)/uv apache-superset psycopg2-binary rich cachetools
	@touch $@

superset-test: install superset-environment ## The tests of Superset alone
	$(BIN)/python -m pytest -m superset

test: install ## Lint, types, import rules and all tests
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint types imports clock superset-environment
	@echo "tests: on every core, what is live first"
	$(BIN)/python -m pytest -m 'not releases and not stack' $(ON_EVERY_CORE)

test-stack: install ## The distributed profile: S3, Nessie and Trino as processes, 30 days, faults
	$(BIN)/python -m pytest -m stack --durations=0 tests/stack

lint: install ## Check style and formatting
	$(call part,lint,$(BIN)/ruff check --quiet && $(BIN)/ruff format --check --quiet)

types: install ## Check types
	$(call part,types,$(BIN)/mypy)

imports: install ## Check which package may import which
	$(call part,imports,$(BIN)/lint-imports)

screenshots: install ## Take the screenshots anew, from a live deployment
	$(BIN)/python -m tests.screenshots

snapshots: install ## Record anew what each screen looks like; read the difference
	DAGDECK_SNAPSHOTS=record $(BIN)/python -m pytest -q tests/snapshots

test-thorough: install ## What goes wrong by chance, more often than make test tries it
	DAGDECK_THOROUGH=1 $(BIN)/python -m pytest $(ON_EVERY_CORE) tests/upgrade tests/planning tests/live/test_any_order.py tests/integration/test_writers.py tests/integration/test_first_write.py tests/integration/test_kill.py

clock: install
	$(call part,clock,$(BIN)/python -m tests.clock --quick)

test-clock: install ## The unit tests at midnight, at clock changes and on odd days, in three zones
	$(BIN)/python -m tests.clock

mutants: install ## Change the console's rules place by place; a test must fail for each
	@$(PYTHON) tools/install.py .venv --constraint constraints.txt --uv $(BIN)/uv cosmic-ray
	$(BIN)/python -m tests.mutants

random-keys: install ## Press random keys on a loading console for ten minutes; DAGDECK_SEED=7 takes others
	DAGDECK_RANDOM_SECONDS=600 $(BIN)/python -m pytest -q tests/terminal/test_random_keys.py

bench: install ## Measure speed and memory
	$(BIN)/python -m tests.benchmarks

compat: install ## Try every release of Dagster since 1.9, from the package index
	$(BIN)/python -m tests.compat

clean: ## Remove what can be made again; the deployment's state stays
	rm -rf .venv .venv-superset build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
