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
SECONDS ?= 60
CORES  ?= 2
ONLY   ?=

.PHONY: help run test test-sqlite test-postgresql check fuzz story bench laws screenshots lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

run: $(VENV)/.run ## set up and serve the demonstration at http://127.0.0.1:8080 (PORT=… changes it)
	@$(BIN)/custodes demo --state $(STATE) --port $(PORT)

test: ## set up and run every test on SQLite with folders, then on PostgreSQL with S3 and KMS (installs what they need)
	@$(MAKE) --no-print-directory test-sqlite
	@$(MAKE) --no-print-directory test-postgresql

test-sqlite: $(VENV)/.dev ## every test on SQLite, content in folders (ONLY="tests/api tests/web" some of them)
	@tools/need-chromium
	@tools/need-nginx
	@$(BIN)/python -m pytest -n $(CORES) --dist loadfile --worlds $(WORLDS) $(ONLY)

test-postgresql: $(VENV)/.dev ## the tests on a PostgreSQL of its own, content and keys in a stand-in for S3 and KMS
	@tools/need-postgresql
	@tools/need-nginx
	@$(BIN)/python -m pytest -n $(CORES) --dist loadfile --worlds 100 --database postgresql --store s3 $(ONLY)

check: $(VENV)/.dev ## style, types, import contracts, policies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/custodes policies check

fuzz: $(VENV)/.dev ## every parser of outside bytes, guided by coverage, SECONDS=60 each (ONLY="note bundle" some of them)
	@$(BIN)/python -m tools.fuzz --seconds $(SECONDS) $(ONLY)

story: $(VENV)/.run ## one item's whole life over HTTP, ending in an offline verification (FILES="a b" ESTABLISHMENTS=csv)
	@$(BIN)/python -m app.story $(if $(ESTABLISHMENTS),--establishments "$(ESTABLISHMENTS)") $(FILES)

bench: $(VENV)/.dev ## measure (about 40 minutes; QUICK=1 a few; SAVE=1 keep and draw; ONLY="load peers" some)
	@tools/need-postgresql
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(if $(SAVE),--save) $(ONLY)

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
