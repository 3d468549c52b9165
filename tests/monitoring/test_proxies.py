"""A proxy that TRUSTED_PROXY_COUNT does not count is detected, because all visitors have its address."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from monitoring import proxies
from monitoring.checks import check_proxies_are_counted
from monitoring.doctor.context import CheckContext
from monitoring.doctor.host import check_proxy
from tests.factories import NOON


@pytest.fixture(autouse=True)
def not_noted(settings, tmp_path, monkeypatch):
    settings.UNCOUNTED_PROXY = tmp_path / "behind-a-proxy"
    settings.TRUSTED_PROXY_COUNT = 0
    monkeypatch.setattr(proxies, "_noted_at", 0.0)


def is_noted(settings):
    return Path(settings.UNCOUNTED_PROXY).exists()


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.0.0.5", "192.168.1.1", "fd00::1", "::ffff:10.0.0.5", ""])
def test_an_uncounted_local_proxy_is_recorded(client, settings, peer):
    client.get("/healthz", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert is_noted(settings)


@pytest.mark.parametrize("peer", ["8.8.8.8", "2001:4860:4860::8888", "not an address"])
def test_a_visitor_who_sends_the_header_is_not_a_proxy(client, settings, peer):
    client.get("/healthz", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert not is_noted(settings)


def test_a_request_without_the_header_records_nothing(client, settings):
    client.get("/healthz", REMOTE_ADDR="127.0.0.1")
    assert not is_noted(settings)


def test_a_counted_proxy_is_not_recorded(client, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    client.get("/healthz", HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert not is_noted(settings)


def test_a_file_that_cannot_be_written_causes_no_error(client, settings):
    settings.UNCOUNTED_PROXY = "/proc/no/such/place"
    assert client.get("/healthz", HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 200


@pytest.mark.parametrize(
    ("age", "trusted", "faults"), [(timedelta(0), 0, 1), (timedelta(days=2), 0, 0), (timedelta(0), 1, 0)]
)
def test_the_doctor_reports_an_uncounted_proxy_for_a_day(settings, age, trusted, faults):
    settings.UNCOUNTED_PROXY.touch()
    os.utime(settings.UNCOUNTED_PROXY, times=((NOON - age).timestamp(),) * 2)
    settings.TRUSTED_PROXY_COUNT = trusted
    assert len(list(check_proxy(CheckContext(NOON, (), False)))) == faults
    with time_machine.travel(NOON, tick=False):
        assert len(check_proxies_are_counted()) == faults
