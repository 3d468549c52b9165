"""systemd units: they are valid, restricted, and start commands that exist."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.environment import everything_is_required
from tests.helpers.nginx import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
BACKUP = ROOT / "deploy" / "backup"
STAND_IN = """#!/bin/sh
# A stub of Python for the tests of deploy/backup: "manage.py backup FILE" writes FILE, or fails half-way.
printf half > "$3"
[ -z "$BROKEN" ] || exit 1
printf whole > "$3"
"""


def commands(unit):
    """Return the command lines that a unit starts."""
    text = (UNITS / unit).read_text().replace("\\\n", " ")
    return [line.split() for line in re.findall(r"(?m)^ExecStart=(.*)$", text)]


@pytest.mark.parametrize("unit", SERVICES)
def test_the_command_of_a_unit_exists(unit):
    for command in commands(unit):
        program = command[0].removeprefix("/srv/embassy/")
        if command[1] == "manage.py":
            assert (program, command[2] in get_commands()) == (".venv/bin/python", True)
        else:
            assert (Path(sys.executable).parent / Path(program).name).exists() or os.access(ROOT / program, os.X_OK)


@pytest.mark.slow
def test_systemd_analyze_finds_no_error(tmp_path):
    if not shutil.which("systemd-analyze"):
        missing = "No systemd-analyze: the units were not checked. Install it (Debian: apt-get install systemd)."
        if everything_is_required():
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True, symlinks=True)
    for path in tmp_path.glob("*.service"):  # the programs of a machine that is set up are not here
        path.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/sh", path.read_text()))
    units = sorted(path for path in tmp_path.iterdir() if path.is_file())
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
    )
    ours = [line for line in said.stderr.splitlines() if "embassy" in line]
    assert (ours, said.returncode) == ([], 0)


def test_every_service_is_sandboxed():
    house = (UNITS / "embassy-.service.d" / "house.conf").read_text()
    assert (UNITS / "embassy.service.d").resolve() == UNITS / "embassy-.service.d"
    assert {"NoNewPrivileges=true", "ProtectSystem=strict", "CapabilityBoundingSet=", "User=embassy"} < set(
        house.split()
    )


def test_every_service_has_resource_limits():
    lines = (UNITS / "embassy-.service.d" / "house.conf").read_text().splitlines()
    limits = dict(line.split("=", 1) for line in lines if line.startswith(("MemoryMax=", "TasksMax=")))
    assert 0 < int(limits["MemoryMax"].rstrip("%")) < 90 and limits["MemoryMax"].endswith("%")
    assert 0 < int(limits["TasksMax"]) <= 512
    assert "OOMPolicy=continue" in lines  # a worker that was killed is replaced by granian, with no restart


def backup(directory, keep, **environment):
    """Run deploy/backup with a stub of Python."""
    python = directory.parent / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    variables = os.environ | {"PYTHON": str(python), "BROKEN": ""} | environment
    return subprocess.run([BACKUP, directory, keep], env=variables, capture_output=True, text=True)


@pytest.fixture
def kept(tmp_path):
    """A directory with two older backups and another file."""
    directory = tmp_path / "backups"
    directory.mkdir()
    for name in ("embassy-2020-11-23T022000Z.backup", "embassy-2020-11-24T022000Z.backup", "notes.txt"):
        (directory / name).touch()
    return directory


@pytest.mark.slow
def test_a_backup_deletes_only_the_oldest_one(kept):
    assert backup(kept, "2").returncode == 0
    names = sorted(path.name for path in kept.iterdir())
    assert (len(names), names[0], names[-1]) == (3, "embassy-2020-11-24T022000Z.backup", "notes.txt")
    assert (kept / names[1]).read_text() == "whole"


@pytest.mark.slow
def test_a_backup_that_fails_leaves_no_file_and_deletes_none(kept):
    before = sorted(kept.iterdir())
    assert backup(kept, "1", BROKEN="yes").returncode != 0
    assert sorted(kept.iterdir()) == before


@pytest.mark.slow
@pytest.mark.parametrize("keep", ["0", "", "all", "-1"])
def test_the_number_of_backups_to_keep_must_be_valid(kept, keep):
    before = sorted(kept.iterdir())
    assert (backup(kept, keep).returncode, sorted(kept.iterdir())) == (2, before)
