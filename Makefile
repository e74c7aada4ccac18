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
MOST   ?= 1000
PIECES ?=

.PHONY: help run test test-sqlite test-postgresql check fuzz story bench faults laws matrix examples explore screenshots docs lock clean audit sbom

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
	@tools/need-7zip
	@tools/need-clamav
	@tools/need-oidc-provider
	@tools/need-strace
	@$(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder --max-worker-restart 0 --worlds $(WORLDS) $(if $(PACE),--pace $(PACE)) $(ONLY)

test-postgresql: $(VENV)/.dev ## the tests on a PostgreSQL of its own, content and keys in a stand-in for S3 and KMS
	@tools/need-postgresql
	@tools/need-nginx
	@tools/need-7zip
	@tools/need-clamav
	@tools/need-oidc-provider
	@$(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder --max-worker-restart 0 --worlds 100 --database postgresql --store s3 $(ONLY)

check: $(VENV)/.dev ## style, types, import contracts, policies, links of the docs, bill of materials; advisories, or a loud word that nobody looked
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/custodes policies check
	@$(BIN)/python -m sphinx -q -E -W --keep-going -t words -b html docs build/words
	@$(BIN)/python -m tools.sbom
	@$(BIN)/python -m tools.audit || test $$? -eq 3

audit: $(VENV)/.dev ## what is known against the locked packages; fails where nobody could be asked, too
	@$(BIN)/python -m tools.audit

sbom: $(VENV)/.dev ## the bill of materials of the lock, CycloneDX: sbom.cdx.json
	@$(BIN)/python -m tools.sbom

fuzz: $(VENV)/.dev ## every parser of outside bytes, guided by coverage, SECONDS=60 each (ONLY="note bundle" some of them)
	@$(BIN)/python -m tools.fuzz --seconds $(SECONDS) $(ONLY)

story: $(VENV)/.run ## one item's whole life over HTTP, ending in an offline verification (FILES="a b" ESTABLISHMENTS=csv)
	@$(BIN)/python -m app.story $(if $(ESTABLISHMENTS),--establishments "$(ESTABLISHMENTS)") $(FILES)

bench: $(VENV)/.dev ## measure (about 40 minutes; QUICK=1 a few; SAVE=1 keep and draw; ONLY="load peers" some)
	@tools/need-postgresql
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(if $(SAVE),--save) $(ONLY)

faults: $(VENV)/.dev ## fail every act at every write, keep what was found, draw docs/reliability.md (hours; MOST=5 less of one; PIECES=folder can be broken off)
	@tools/need-strace
	@tools/need-postgresql
	@$(BIN)/python -m tests.reliability --most $(MOST) --cores $(CORES) $(if $(PIECES),--pieces $(PIECES))

laws: $(VENV)/.dev ## the access laws over 3,000 random worlds
	@$(BIN)/python -m pytest tests/laws --worlds 3000

explore: $(VENV)/.dev ## the API as schemathesis explores it from its description, at length
	@$(BIN)/python -m pytest tests/api/test_api_explored.py --worlds 3000 --timeout 1800

examples: $(VENV)/.dev ## record an example of each operation of the API that has none yet (minutes; ONLY="tests/api" some)
	@$(BIN)/python -m tools.api_examples $(ONLY)

matrix: $(VENV)/.dev ## every address as each of the cast and as nobody, every pair, against the reviewed table
	@$(BIN)/python -m pytest tests/matrix --worlds 3000

screenshots: $(VENV)/.dev ## every page at two widths into screenshots/ (not kept)
	@tools/need-chromium
	@$(BIN)/python -m tools.screenshots

docs: $(VENV)/.dev ## the site of docs/ in build/docs: walks every guide in a browser, takes its pictures, checks every link
	@tools/need-chromium
	@$(BIN)/python -m tools.guides
	@$(BIN)/python -m sphinx -q -E -W --keep-going -b html docs build/docs
	@echo "build/docs/index.html"

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
