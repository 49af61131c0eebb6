# Everything starts here: `make demo` and `make test` set up all they need.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# A folder with artworks/ and weights/, for the benchmarks and the tests on real pictures.
DATA ?= $(firstword $(wildcard data ../shared/data))
export NETWORKS_DIR ?= $(if $(DATA),$(abspath $(DATA)/weights))
export ARTWORKS_DIR ?= $(if $(DATA),$(abspath $(DATA)/artworks))
export CONNOISSEUR_TEST_DATA ?= $(if $(DATA),$(abspath $(DATA)))
ifeq ($(NETWORKS_DIR),)
unexport NETWORKS_DIR
endif
ifeq ($(ARTWORKS_DIR),)
unexport ARTWORKS_DIR
endif
ifeq ($(CONNOISSEUR_TEST_DATA),)
unexport CONNOISSEUR_TEST_DATA
endif

PORT ?= 8000
HOST ?= 127.0.0.1
# Which study the demo shows: psr (if none is named), acceptability, paintings or measured.
STUDY ?=

.PHONY: help setup demo test lint types arrows format services-test browser-test bench clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

setup: $(READY) ## .venv with the pinned packages

# Wheels only: no compiler is ever needed.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Connoisseur needs Python 3.11 or newer; name one with: make PYTHON=python3.12 setup"; exit 1; }
	@echo "Setting up $(VENV) (PyTorch is large: about 5 GB, a few minutes the first time)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/python -m pip install --progress-bar on --disable-pip-version-check \
		--only-binary :all: --no-build-isolation --constraint constraints.txt "setuptools>=77"
	@$(BIN)/python -m pip install --progress-bar on --disable-pip-version-check \
		--only-binary :all: --no-build-isolation --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY) ## the whole chain on this machine, ending with a live study
	@$(BIN)/python manage.py demo $(if $(STUDY),--study $(STUDY)) --host $(HOST) --port $(PORT)

test: $(READY) ## the tests that need nothing but Python
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(READY) types arrows ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy --strict
	PLAIN_HTTP=1 SITE_URL=http://localhost $(BIN)/mypy

arrows: $(READY) ## the arrows between the apps
	$(BIN)/lint-imports

format: $(READY) ## let ruff arrange and mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

services-test: $(READY) ## PostgreSQL and Redis: DATABASE_URL and BROKER_URL name them
	@test -n "$$DATABASE_URL" -a -n "$$BROKER_URL" || { \
		echo "Name the servers first, or let .ci/services start them: .ci/services make services-test"; exit 2; }
	$(BIN)/python -m pytest -m services tests/services

browser-test: $(READY) ## the pages in a real Chromium (CHROMIUM names it; default: the one on PATH)
	$(BIN)/python -m pytest -m browser tests/browser

bench: $(READY) ## what claims speed, each beside its comparison, as ratios
	@for file in benchmarks/*.py; do \
		case $$file in */_*) ;; *) echo; echo "== $$file"; $(BIN)/python $$file || exit 1;; esac; done

clean: ## remove what can be made again (not var/, which holds answers)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
