# What each target does is told in README.md. All of them make .venv first, and make it again when the lock changes.

PYTHON ?= python3

# Processes that run tests: one for each core. Each costs some seconds to start.
JOBS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
MANAGE := $(PY) manage.py
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes

# A PORT that is given also changes SITE_URL, where that is an address of this machine.
PORT_GIVEN := $(if $(filter undefined,$(origin PORT)),,yes)
PORT ?= 8000
LOCAL_SITE := ^SITE_URL=http://\(127\.0\.0\.1\|localhost\)

# What the static files are made of: when none of it is newer, there is nothing to collect.
STATIC := $(shell find static */static embassy/settings.py richtext/storage.py -type f 2>/dev/null)

.PHONY: run dev test test-quick test-thorough test-resilience lint bench install lock clean
.DEFAULT_GOAL := run

# For everybody

run: install .env var/static.stamp
	@$(PY) -c "$$PORT_IS_FREE" "$(PORT)"
	@if [ "$(PORT_GIVEN)" ] && grep -q '$(LOCAL_SITE)' .env; then export SITE_URL="http://127.0.0.1:$(PORT)"; fi; \
	$(MANAGE) migrate --verbosity 0 && \
	$(MANAGE) first_login --sample && \
	echo "Ctrl-C stops the server." && \
	exec $(PY) -c "$$SERVE" $(MANAGE) send_letters --loop -- \
		$(VENV)/bin/granian --interface wsgi --host 127.0.0.1 --port "$(PORT)" \
		--workers 2 --blocking-threads 2 --backlog 128 --no-ws --respawn-failed-workers --workers-kill-timeout 10 \
		--log-level warning embassy.wsgi:application

# For whoever carries the code on

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

# All tests on SQLite, those marked both_databases on PostgreSQL too, and those in a browser. DATABASE_URL or PGHOST may lead to a PostgreSQL of your own.
test: $(VENV)/dev.stamp
	@echo "--- The tests on SQLite"
	@$(ON_SQLITE) -n $(JOBS) --ignore=tests/browser
	@echo "--- The tests on PostgreSQL"
	@$(ON_POSTGRESQL) -n $(JOBS) --ignore=tests/browser -m "both_databases and not resilience"
	@echo "--- The tests in a browser"
	@$(ON_SQLITE) -n $(JOBS) tests/browser

# For the inner loop: what is fast, on SQLite, under a minute on an idle machine.
test-quick: $(VENV)/dev.stamp
	@$(ON_SQLITE) -n $(JOBS) --ignore=tests/browser --ignore=tests/nginx -m "not slow and not resilience"

# The property tests with many examples, other ones in each run.
test-thorough: $(VENV)/dev.stamp
	@$(ON_SQLITE) -n $(JOBS) --ignore=tests/browser -m "hypothesis and not resilience" --hypothesis-profile=thorough

# Servers, nodes and disks that fail on purpose: one test at a time, as they need the whole machine.
test-resilience: $(VENV)/dev.stamp
	@echo "--- The tests in which things fail"
	@DATABASE_URL= $(PY) -m pytest -q -m resilience

lint: export SECRET_KEY := lint
lint: export SITE_URL := http://127.0.0.1:8000
lint: export DATABASE_URL := sqlite://:memory:
lint: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint --quiet --lint templates */templates
	$(PY) -W error::DeprecationWarning manage.py makemigrations --check --dry-run
	$(PY) -W error::DeprecationWarning manage.py check --fail-level WARNING

bench: $(VENV)/dev.stamp
	$(PY) -m benchmarks

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

# Write the lock anew from pyproject.toml, after a change there or for newer versions (LOCK=--upgrade). It holds the
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
	rm -rf $(VENV) var/static var/static.stamp .pytest_cache .ruff_cache .hypothesis
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

# The server would share a port that is taken with whoever has it.
define PORT_IS_FREE
import socket, sys
port = sys.argv[1]
if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
    sys.exit(f"PORT is {port!r}. Write a number from 1 to 65535: make run PORT=8001")
if socket.socket().connect_ex(("127.0.0.1", int(port))) == 0:
    sys.exit(f"Something listens at port {port} already. Choose another: make run PORT={int(port) % 65535 + 1}")
endef
export PORT_IS_FREE

# What sends letters, and the site: the arguments before and after "--". A Ctrl-C reaches a whole process group, and a
# worker of granian's that is told to stop twice hangs. So each has a group of its own, and its first process alone is
# told. The site's end ends both; a sender that dies is started again. Killed with no word, this takes both along.
define SERVE
import ctypes, os, signal, subprocess, sys, time
def follow():
    for name in STOP:
        signal.signal(name, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if os.getppid() != me:
        os._exit(1)
def start(command):
    return subprocess.Popen(command, process_group=0, preexec_fn=follow)
STOP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
me, told, at = os.getpid(), [], sys.argv.index("--")
for name in STOP:
    signal.signal(name, lambda *_: told.append(True))
letters, site = start(sys.argv[1:at]), start(sys.argv[at + 1:])
again = 0
while not told and site.poll() is None:
    time.sleep(0.2)
    if letters.poll() is not None and not again:
        print("The letters' sender has ended; it is started again in ten seconds.", file=sys.stderr)
        again = time.monotonic() + 10
    if again and time.monotonic() > again:
        letters, again = start(sys.argv[1:at]), 0
if not told:
    print("The site has ended by itself, with status %d." % site.returncode, file=sys.stderr)
for process in (site, letters):
    process.terminate()
status = site.wait()
try:
    os.killpg(site.pid, signal.SIGKILL)  # its workers, should they have been left alone
except ProcessLookupError:
    pass
try:
    letters.wait(15)
except subprocess.TimeoutExpired:
    letters.kill()
sys.exit(status)
endef
export SERVE
