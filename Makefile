# Kaixu: `make help` lists what this file can do. Needs Python 3.11 or newer and make, nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11 python,$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test tour eval-search eval-integrity scorecard bench check format messages lock clean

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(VENV)/.site ## the site with demo data, and its outbox worker; Ctrl-C ends both
	@MALLOC_ARENA_MAX=2 exec $(BIN)/python -m marketplace.serve

test: $(VENV)/.tests ## style, types, import order, then every test on SQLite and on PostgreSQL
	@exec $(BIN)/python -m tests.suite

check: $(VENV)/.tests ## style, types and import order only
	@exec $(BIN)/python -m tests.suite --checks-only

tour: $(VENV)/.tests ## the main job in a real browser, from an empty database (SHEET=FILE: with your own sheet)
	@exec $(BIN)/python -m tests.browser.tour $(if $(SHEET),--sheet "$(SHEET)")

eval-search: $(VENV)/.tests ## how well searching finds, on labelled questions (needs ../shared; OPTIONS=… passes on)
	@exec $(BIN)/python -m tests.quality.evaluate $(OPTIONS)

eval-integrity: $(VENV)/.tests ## how well the integrity checks do on the labelled cases kept for that (needs the reference data)
	@exec $(BIN)/python -m tests.listings.integrity.evaluate

scorecard: $(VENV)/.tests ## what may never happen, tried many times over (OPTIONS="--scale 0.1 --only LIC-7")
	@exec $(BIN)/python -m tests.scorecard $(OPTIONS)

bench: $(VENV)/.tests ## measure: how fast, against what, with how much memory (BENCH="import …": only these)
	@exec $(BIN)/python -m tests.performance.bench $(BENCH)

bench-search: $(VENV)/.tests ## measure searching (SIZES="10000 100000 1000000": so many listings; goes on where it stopped)
	@exec $(BIN)/python -m tests.performance.searching

bench-cluster: $(VENV)/.tests ## three Elasticsearch nodes, one killed under load: what is lost (nothing)
	@exec $(BIN)/python -m tests.performance.bench cluster

format: $(VENV)/.tests ## put the code into shape
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

messages: $(VENV)/.tests ## bring the translation catalogs up to date with the code
	$(BIN)/python manage.py messages

lock: $(VENV)/.tests ## lock the dependencies of pyproject.toml with hashes (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra semantic -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra semantic --extra scale -c requirements.txt -o requirements-scale.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra semantic --group dev -c requirements.txt -o requirements-dev.txt

clean: ## forget the environment and all local data
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Kaixu needs Python 3.11 or newer; none was found."; exit 1; }
	@echo "Making the environment with $(PYTHON) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.site: requirements.txt | $(VENV)/bin/python
	@test $(VENV)/.tests -nt requirements.txt || { echo "Installing what the site needs …"; $(BIN)/pip install -q --require-hashes -r requirements.txt; }
	@touch $@

$(VENV)/.tests: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the tests need …"
	@$(BIN)/pip install -q --require-hashes -r requirements-dev.txt
	@touch $@
