# `make demo` and `make test` do everything from a bare clone: they need Python 3.11 or newer and nothing else.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
READY := $(VENV)/.ready
TESTS := $(VENV)/.ready-tests
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-browser docs torture bench bench-extraction bench-stories clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

# Installed once; again only when the locked versions or the project's own metadata change. Never needs the network after that.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Dateline needs Python 3.11 or newer on PATH (or: make PYTHON=/path/to/python3)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked dependencies into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What tests, linters, documents and benchmarks need beside it: nobody who only wants to see the demo waits for it.
$(TESTS): requirements-dev.lock $(READY)
	@echo "installing what the tests need into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

demo: $(READY)  ## crawl the bundled agency on loopback and look at what is in the database
	@$(BIN)/dateline demo

# mypy has one process and the tests wait now and then: beside one another they take little more than the tests alone.
test: $(TESTS)  ## lint, types and every test but those in a browser, offline
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory -j 2 types tests

.PHONY: types tests
types: $(TESTS)
	@$(BIN)/mypy

# The tests start a hundred processes: each would compile all modules anew where no bytecode may be kept. In a new clone one
# process compiles the tests, or each of the four would.
COMPILED := tests/__pycache__
tests: $(TESTS)
	@test -d $(COMPILED) || PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --collect-only -q --ignore=tests/web > $(READY).collected || cat $(READY).collected
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 4 --dist worksteal -rs --ignore=tests/web

# One process: a browser is one, and its tests share it and the two sites that they look at.
test-browser: $(TESTS)  ## the site in Chromium (CHROMIUM=path, or chromium on PATH; skipped without one)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest tests/web -rs

docs: $(TESTS)  ## the documents as a site: build/docs/index.html
	@$(BIN)/python -m sphinx -W --keep-going -q -d build/docs/.seen docs build/docs

MINUTES ?= 60

torture: $(TESTS)  ## the promises of docs/reliability.md at length (MINUTES=60; goes on where it was ended)
	@$(BIN)/python -m bench.torture --minutes $(MINUTES)

CORPUS ?= ../shared/corpus

# Compiled beforehand, as pip leaves the peers: else each process would compile all modules at its start.
# `make bench PARTS="storage search"` runs these; RECORD=yes keeps the figures in docs/figures and docs/performance.md.
bench: corpus $(TESTS)  ## all benches in turn, about an hour; goes on where it was ended (CORPUS=folder MILLION=file PARTS=names)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m compileall -q crawler pipelines storage bench
	@$(BIN)/python -m bench --corpus "$(CORPUS)" $(if $(MILLION),--million "$(MILLION)") $(if $(RECORD),--record) $(PARTS)

bench-extraction: corpus $(TESTS)  ## ours beside trafilatura, newspaper4k and news-please over real pages (CORPUS=folder; some ten minutes)
	@$(BIN)/python bench/extraction.py "$(CORPUS)" --peers --halves

# Looked for first: an installation that ends at a missing folder is time lost.
.PHONY: corpus
corpus:
	@test -f "$(CORPUS)/score.py" || { echo "no corpus at $(CORPUS) (there is no $(CORPUS)/score.py): name its folder with make $(or $(MAKECMDGOALS),bench-extraction) CORPUS=/path/to/corpus"; exit 2; }

bench-stories: corpus $(TESTS)  ## the figures of stories, revisions, marks and credits (CORPUS=folder; half an hour and more)
	@$(BIN)/python bench/events.py
	@$(BIN)/python bench/copies.py --corpus "$(CORPUS)"
	@$(BIN)/python bench/window.py
	@$(BIN)/python bench/markers.py
	@$(BIN)/python bench/credits.py "$(CORPUS)"
	@$(BIN)/python bench/changes.py

clean:  ## remove what make made
	rm -rf $(VENV) .bench build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
