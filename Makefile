# The targets are described in docs/operators/reference.md. All of them create .venv first, and again when the lock changes.

PYTHON ?= python3

# Processes that run tests: one for each core. Each costs some seconds to start.
JOBS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
MANAGE := $(PY) manage.py
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes

# PORT also changes SITE_URL, if that is an address of this machine.
PORT_GIVEN := $(if $(filter undefined,$(origin PORT)),,yes)
PORT ?= 8000
LOCAL_SITE := ^SITE_URL=http://\(127\.0\.0\.1\|localhost\)

# What the static files are made of: when none of it is newer, there is nothing to collect.
STATIC := $(shell find static */static embassy/settings.py richtext/static_storage.py -type f 2>/dev/null)

.PHONY: run dev test test-quick test-thorough test-resilience lint bench install lock clean
.DEFAULT_GOAL := run

# For everybody

run: install .env var/static.stamp
	@$(MANAGE) serve --port "$(PORT)" --check
	@if [ "$(PORT_GIVEN)" ] && grep -q '$(LOCAL_SITE)' .env; then export SITE_URL="http://127.0.0.1:$(PORT)"; fi; \
	$(MANAGE) migrate --verbosity 0 && \
	$(MANAGE) first_login --sample && \
	echo "Ctrl-C stops the server." && \
	exec $(MANAGE) serve --port "$(PORT)"

# For developers

dev: export DEBUG := on
dev: export SITE_URL := http://127.0.0.1:$(PORT)
dev: $(VENV)/dev.stamp
	@mkdir -p var
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) first_login --sample
	@$(MANAGE) runserver "127.0.0.1:$(PORT)"

# The tests. Each pytest loads few or many examples of the property tests by tests/properties.py, and writes byte code,
# without which every worker and every subprocess of a test would compile the whole project again.
test test-quick test-thorough test-resilience: export PYTHONDONTWRITEBYTECODE :=
ON_SQLITE := DATABASE_URL= $(PY) -m pytest -q --durations=10
ON_POSTGRESQL := $(PY) -m tests.postgres -- $(PY) -m pytest -q --durations=10

# All tests on SQLite, those marked both_databases on PostgreSQL too (but not those marked one_database), and those in a browser. DATABASE_URL or PGHOST may lead to a PostgreSQL of your own.
# THOROUGH=yes adds the tests of `make test-thorough` in the same processes: each process takes ten seconds to collect the
# tests. PROFILE=ci tries as many examples of the property tests as there. .ci/run gives both.
THOROUGH ?=
OF_TEST := not resilience$(if $(THOROUGH),, and not thorough)
test: PROFILE = quick
test: $(VENV)/dev.stamp
	@echo "--- The tests on SQLite"
	@$(ON_SQLITE) -n $(JOBS) --dist loadfile --ignore=tests/browser -m "$(OF_TEST)" --hypothesis-profile=$(PROFILE)
	@echo "--- The tests on PostgreSQL"
	@$(ON_POSTGRESQL) -n $(JOBS) --dist loadfile --ignore=tests/browser -m "both_databases and not one_database and $(OF_TEST)"
	@echo "--- The tests in a browser"
	@$(ON_SQLITE) -n $(JOBS) --dist loadfile -m "$(OF_TEST)" tests/browser

# For the inner loop, on SQLite: tests without a database, and a smoke test of each page and form (tests/quick.py).
test-quick: $(VENV)/dev.stamp
	@$(ON_SQLITE) -p tests.quick -n $(JOBS) --dist loadfile $(foreach part,browser nginx multinode resilience,--ignore=tests/$(part))

# The property tests with many examples, other ones in each run (PROFILE=ci: the same ones), and the tests that cost most.
test-thorough: PROFILE = thorough
test-thorough: $(VENV)/dev.stamp
	@echo "--- The thorough tests on SQLite"
	@$(ON_SQLITE) -n $(JOBS) --dist loadfile --ignore=tests/browser -m "(hypothesis or thorough) and not resilience" --hypothesis-profile=$(PROFILE)
	@echo "--- The thorough tests on PostgreSQL"
	@$(ON_POSTGRESQL) --ignore=tests/browser -m "thorough and both_databases and not one_database and not resilience"
	@echo "--- The thorough tests in a browser"
	@$(ON_SQLITE) -n $(JOBS) --dist loadfile -m thorough tests/browser

# Servers, nodes and disks that fail on purpose: one test at a time, as they need the whole machine.
test-resilience: $(VENV)/dev.stamp
	@echo "--- The tests in which things fail"
	@DATABASE_URL= $(PY) -m pytest -q --durations=10 -m resilience tests/resilience tests/multinode

lint: export SECRET_KEY := lint
lint: export SITE_URL := http://127.0.0.1:8000
lint: export DATABASE_URL := sqlite://:memory:
lint: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint --quiet --lint templates */templates
	$(PY) -W error::DeprecationWarning manage.py makemigrations --check --dry-run
	$(PY) -W error::DeprecationWarning manage.py check --fail-level WARNING

bench: $(VENV)/dev.stamp
	$(PY) -m benchmarks --record

# The packages

install: $(VENV)/run.stamp

$(PY):
	@$(PYTHON) -c "$$PYTHON_IS_FIT"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(PY)
	@echo "Installing the packages into $(VENV) (needed once)"
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt | $(PY)
	@echo "Installing the packages and those of the tests into $(VENV) (needed once)"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

# Write the lock again from pyproject.toml, after a change there or for newer versions (LOCK=--upgrade). It holds the
# hashes of every system and Python, and no index's address. uv comes into .venv only when it is asked for.
LOCK ?=
UV_COMPILE = $(PY) -m uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--python-version 3.11 --quiet $(LOCK)
lock: | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(UV_COMPILE) pyproject.toml -o requirements.txt
	$(UV_COMPILE) --group dev pyproject.toml -o requirements-dev.txt

# Files that are made

.env: | $(VENV)/run.stamp
	@umask 077 && printf 'SECRET_KEY=%s\nENQUIRY_KEYS=%s\nSITE_URL=http://127.0.0.1:8000\n' \
		"$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
		"$$($(PY) -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())')" \
		> .env.new && mv .env.new .env

var/static.stamp: requirements.txt $(STATIC) | $(VENV)/run.stamp .env
	@echo "Collecting the static files (needed once)"
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@touch $@

# Take away what can be made again. What staff have made stays: var/, but for the static files, and .env.
clean:
	rm -rf $(VENV) var/static var/static.stamp .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Small things said in Python

define PYTHON_IS_FIT
import importlib.util as find, sys
if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed, and this is %d.%d. Name another one: make PYTHON=python3.12 ..." % sys.version_info[:2])
if not (find.find_spec("venv") and find.find_spec("ensurepip")):
    sys.exit("This Python can't make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv")
endef
export PYTHON_IS_FIT
