# Verbs of the project; `make` alone lists them. The work itself is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test soak check bench messages format clean

PYTHON := .venv/bin/python

# `make run DEMO=0` is the short way to say LMS_DEMO=0.
ifdef DEMO
export LMS_DEMO := $(DEMO)
endif

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' Makefile

run: ## install what is missing, bring the database up to date and serve (DEMO=0: no demo trainee)
	@scripts/prepare run
	@exec $(PYTHON) -m lms.serve

test: ## all tests: on SQLite, on a real PostgreSQL, journeys in a real browser, faults
	@scripts/prepare test
	@$(PYTHON) -m scripts.run_tests

soak: ## the tests of faults and races for long: 200 kills, 100 power cuts, 200 rounds
	@scripts/prepare test
	@$(PYTHON) -m scripts.run_soak

check: ## style, types, import contracts, spelling, catalogues, content
	@scripts/prepare check
	@$(PYTHON) -m scripts.run_checks

bench: ## measure against the promised figures (ONLY=pages,saves: some parts only)
	@scripts/prepare run
	@$(PYTHON) -m benchmarks

messages: ## collect the texts of the code into the catalogues
	@scripts/prepare check
	@$(PYTHON) -m scripts.catalogues update

format: ## format the code
	@scripts/prepare check
	@$(PYTHON) -m ruff check --fix --quiet . ; $(PYTHON) -m ruff format .

clean: ## remove what was built; data and .venv stay
	@rm -rf build mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
