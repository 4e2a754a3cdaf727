# Two commands suffice on a fresh machine: `make demo` and `make test`. Everything below builds what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv --quiet
UV_VERSION := 0.13.9
STAMP := $(VENV)/.stamp-
# The lock names no index: whichever one this machine uses, the hashes decide what is installed.
INSTALL := $(UV) pip install --require-hashes --python $(BIN)/python
PROBES := .probes
PEERS := .peers

.PHONY: migration probes peers demo test test-all coverage setup lint bench bars docs lock shots clean
.DELETE_ON_ERROR:

demo: $(STAMP)run ## build an example city (or take EVIDENCE=path), evaluate it, open the site
	@$(BIN)/shixiao demo $(if $(EVIDENCE),--evidence "$(EVIDENCE)") --out build/demo

test: $(STAMP)dev ## lint, types, layers, docs in step, and every test that is not slow
	@$(MAKE) --no-print-directory lint
	@echo "· a third of the tests of records and workflows, on PostgreSQL"
	@$(BIN)/python -m tests.postgres -n 2 --dist worksteal -m "not slow" --one-of 3
	@echo "· tests"
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow" $(PYTEST)

test-all: $(STAMP)dev ## the same, slow tests included
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m tests.postgres -n 2 --dist worksteal tests/records tests/workflows tests/web
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(PYTEST)

coverage: $(STAMP)dev ## branch coverage of the tests that are not slow
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow" --cov --cov-report=term $(PYTEST)

setup: $(STAMP)dev ## only build .venv

probes: $(PROBES)/.stamp ## an environment of its own for sslyze, which the probe "tls" starts

peers: $(PEERS)/.stamp ## an environment of its own for tools that bars are measured against

lint: $(STAMP)dev
	@echo "· style";  $(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@echo "· types";  SHIXIAO_DATA=build/types $(BIN)/mypy --no-error-summary
	@echo "· layers"; said=$$($(BIN)/lint-imports 2>&1) || { echo "$$said"; exit 1; }

bench: $(STAMP)dev ## performance tables; also build/bench.json
	@$(BIN)/python -m bars.bench

bars: $(STAMP)dev ## measure the bars of the issues (ONLY=effect_3 for one); also build/bars.json
	@$(BIN)/python -m bars $(ONLY)

docs: $(STAMP)dev ## regenerate what is generated: CLI reference, JSON Schemas, table and rule pages
	@$(BIN)/python -m docs.generate
	@$(BIN)/python -m docs.pictures

shots: $(STAMP)dev ## pictures of the reports and of every page of the site (ONLY=site) into build/shots
	@$(BIN)/python -m tests.shots $(ONLY)

migration: $(STAMP)dev ## make the one migration anew (until the first release there is only one)
	@rm -f src/shixiao/records/migrations/0001_records.py
	@SHIXIAO_DATA=build/migration DJANGO_SETTINGS_MODULE=shixiao.web.settings $(BIN)/python -m django makemigrations records -n records --verbosity 0
	@sed -i -e 's/^    operations = \[$$/    operations = [Whole([/' -e '$$s/^    \]$$/    ])]/' -e 's/^from django.db import migrations, models$$/from django.db import migrations, models\n\nfrom shixiao.records.whole import Whole/' src/shixiao/records/migrations/0001_records.py
	@$(BIN)/ruff format --quiet src/shixiao/records/migrations

lock: $(VENV)/.stamp-uv ## resolve again, without naming any index
	@$(UV) pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --python-version 3.11 -o requirements/dev.lock > /dev/null
	@$(UV) pip compile pyproject.toml --constraints requirements/dev.lock --universal --generate-hashes --no-header --python-version 3.11 -o requirements/run.lock > /dev/null
	@$(UV) pip compile requirements/peers.in --universal --generate-hashes --no-header --python-version 3.11 -o requirements/peers.lock > /dev/null
	@$(UV) pip compile requirements/probes.in --universal --generate-hashes --no-header --python-version 3.11 -o requirements/probes.lock > /dev/null

clean:
	rm -rf build $(VENV) $(PROBES) $(PEERS)

$(STAMP)uv:
	@echo "· Python environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Shixiao needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(STAMP)run: requirements/run.lock pyproject.toml | $(STAMP)uv
	@echo "· packages that Shixiao runs on"
	@$(INSTALL) -r requirements/run.lock
	@$(INSTALL) -r requirements/build.lock
	@$(UV) pip install --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $@

$(STAMP)dev: requirements/dev.lock $(STAMP)run
	@echo "· packages that its tests need (the first time this takes a minute or two)"
	@$(INSTALL) -r requirements/dev.lock
	@touch $@

$(PROBES)/.stamp: requirements/probes.lock | $(STAMP)uv
	@echo "· sslyze in $(PROBES)"
	@$(PYTHON) -m venv $(PROBES)
	@$(UV) pip install --require-hashes --python $(PROBES)/bin/python -r requirements/probes.lock
	@touch $@

$(PEERS)/.stamp: requirements/peers.lock | $(STAMP)uv
	@echo "· peers of the bars in $(PEERS)"
	@$(PYTHON) -m venv $(PEERS)
	@$(UV) pip install --require-hashes --python $(PEERS)/bin/python -r requirements/peers.lock
	@touch $@
