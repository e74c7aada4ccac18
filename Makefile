# Everything here works on a fresh machine that has Python 3.11+ and make; each target installs what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PORT   ?= 8080
STATE  ?= var
FILES  ?=
ESTABLISHMENTS ?=
WORLDS ?= 300

.PHONY: help run test check story bench laws screenshots lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

run: $(VENV)/.run ## set up and serve the demonstration at http://127.0.0.1:8080 (PORT=… changes it)
	@$(BIN)/custodes demo --state $(STATE) --port $(PORT)

test: $(VENV)/.dev ## set up and run every test (installs Chromium through the system's package manager if missing)
	@tools/need-chromium
	@$(BIN)/python -m pytest --worlds $(WORLDS)

check: $(VENV)/.dev ## style, types, import contracts, policies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/custodes policies check

story: $(VENV)/.run ## one item's whole life over HTTP, ending in an offline verification (FILES="a b" ESTABLISHMENTS=csv)
	@$(BIN)/python -m app.story $(if $(ESTABLISHMENTS),--establishments "$(ESTABLISHMENTS)") $(FILES)

bench: $(VENV)/.dev ## measure; figures are ratios taken in one run
	@$(BIN)/python -m bench

laws: $(VENV)/.dev ## the access laws over 3,000 random worlds
	@$(BIN)/python -m pytest tests/laws --worlds 3000

screenshots: $(VENV)/.dev ## every page at two widths into screenshots/ (not kept)
	@tools/need-chromium
	@$(BIN)/python -m tools.screenshots

lock: ## compile the requirements files again from pyproject.toml
	@tools/lock $(BIN)

clean: ## remove the environment and the demonstration's state
	rm -rf $(VENV) $(STATE)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Custodes needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt requirements/build.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up (about half a minute the first time)"
	@$(PIP) --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@
