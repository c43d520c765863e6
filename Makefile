# siyu: `make demo` and `make test` on a machine with Python 3.11 or newer and make. A second run finds its stamps and does nothing.
# the first that runs, is new enough and can make environments (a shim of pyenv may exist without one); a distribution's own before
# others of its version, because it is built along a profile: what version managers build at home handles a sixth fewer facts a second
PYTHON ?= $(shell for p in /usr/bin/python3.11 python3.11 /usr/bin/python3 python3 python3.12 python3.13; do \
  $$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
PORT ?= 8000
PROCESSES ?= 2
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null

.PHONY: demo test races dev lint format clean frontend translations
.DELETE_ON_ERROR:

demo: .venv/installed-demo .venv/frontend translations
	@$(BIN)/siyu demo --port $(PORT)

test: dev
	@$(BIN)/python -m pytest -q -n $(PROCESSES) --dist loadgroup $(TESTS)

# every race of value, stopped and killed at every statement, up to 64 at once
races: dev
	@SIYU_RACES=all $(BIN)/python -m pytest -q tests/races

dev: .venv/installed-dev .venv/frontend-dev translations

lint: dev
	@echo "format" && $(BIN)/ruff format --check --quiet .
	@echo "lint" && $(BIN)/ruff check --quiet .
	@echo "types" && $(BIN)/mypy --no-error-summary siyu
	@echo "floors" && $(BIN)/lint-imports --no-cache > .venv/floors.log || { cat .venv/floors.log; exit 1; }
	@echo "migrations" && $(BIN)/python -W ignore -m django makemigrations --check --dry-run --settings siyu.settings > .venv/migrations.log || { cat .venv/migrations.log; exit 1; }
	@echo "translations" && $(BIN)/python tools/translations.py check

format: dev
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

frontend: .venv/installed-dev
	@rm -f .venv/frontend-dev && $(MAKE) -s .venv/frontend-dev

translations: | .venv/bin/python
	@$(BIN)/python tools/translations.py compile

# the state of a running installation (.siyu) is not touched
clean:
	rm -rf .venv node_modules siyu/lib/web/static/vendor siyu.egg-info .siyu-test .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find siyu tests -name __pycache__ -prune -exec rm -rf {} + ; find siyu -name '*.mo' -delete

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "siyu needs Python 3.11 or newer with venv (apt-get install python3-venv); set PYTHON=/path/to/python"; exit 2; }
	@echo "making .venv with $$($(PYTHON) --version) ($(PYTHON))"
	@"$(PYTHON)" -m venv .venv || { echo "python3-venv is missing; install it (apt-get install python3-venv)"; exit 2; }

# the packages of development contain those of the demo
.venv/installed-demo: requirements-demo.txt pyproject.toml | .venv/bin/python
	@if test -e .venv/installed-dev; then $(MAKE) -s .venv/installed-dev; else \
	  echo "installing packages" && $(PIP) install --require-hashes -r requirements-demo.txt && \
	  $(PIP) install --no-deps --no-build-isolation -e .; fi
	@touch $@

.venv/installed-dev: requirements-dev.txt pyproject.toml | .venv/bin/python
	@echo "installing packages" && $(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/frontend: package-lock.json tools/frontend.py | .venv/installed-demo
	@if test -e .venv/frontend-dev; then $(MAKE) -s .venv/frontend-dev; else \
	  echo "fetching front-end files" && $(NPM) --omit=dev && $(BIN)/python tools/frontend.py; fi
	@touch $@

.venv/frontend-dev: package-lock.json tools/frontend.py | .venv/installed-dev
	@echo "fetching front-end files" && $(NPM) && $(BIN)/python tools/frontend.py
	@touch $@
