"""REPLICA_DATABASE_URLS, the database router, and the watermark of served editions."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from editions import replicas
from editions.watermark import SharedWatermark
from embassy import env
from news.models import Message

pytestmark = pytest.mark.both_databases

POSTGRES = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "embassy",
    "HOST": "one",
    "OPTIONS": {"connect_timeout": 3},
}


def databases(monkeypatch, urls, primary=POSTGRES):
    monkeypatch.setenv("REPLICA_DATABASE_URLS", urls)
    found = {"default": primary}
    return env.read_replicas("REPLICA_DATABASE_URLS", found), found


def test_each_replica_has_the_settings_of_the_primary_except_its_address(monkeypatch):
    urls = "postgres://reader:secret@two/embassy, postgres://reader:secret@three:5433/embassy"
    names, found = databases(monkeypatch, urls)
    assert names == ["replica1", "replica2"]
    assert [found[name]["HOST"] for name in names] == ["two", "three"]
    assert [found[name]["OPTIONS"] for name in names] == [{"connect_timeout": 3, "isolation_level": 2}] * 2
    assert "isolation_level" not in found["default"]["OPTIONS"]


def test_without_replicas_only_the_primary_is_used(monkeypatch):
    assert databases(monkeypatch, " ") == ([], {"default": POSTGRES})


@pytest.mark.parametrize(
    "urls", ["sqlite:///copy.sqlite3", "postgres://two/", "two", "postgres://two/embassy,mysql://x/y"]
)
def test_an_invalid_replica_url_is_refused_at_start(monkeypatch, urls):
    with pytest.raises(ImproperlyConfigured, match="REPLICA_DATABASE_URLS"):
        databases(monkeypatch, urls)


def test_sqlite_has_no_replicas(monkeypatch):
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": "embassy.sqlite3", "OPTIONS": {}}
    with pytest.raises(ImproperlyConfigured, match="REPLICA_DATABASE_URLS"):
        databases(monkeypatch, "postgres://two/embassy", primary=sqlite)


def test_writes_go_to_the_primary_even_while_a_page_is_read_from_a_replica(settings, monkeypatch):
    settings.REPLICAS = ["replica1"]
    router = replicas.ReplicaRouter()
    before = router.db_for_read(Message)
    monkeypatch.setattr(replicas._thread, "alias", "replica1", raising=False)
    assert (before, router.db_for_read(Message), router.db_for_write(Message)) == ("default", "replica1", "default")
    assert (router.allow_migrate("replica1", "news"), router.allow_migrate("default", "news")) == (False, None)


# The watermark


def test_the_watermark_is_shared_by_processes(settings, tmp_path):
    settings.HIGHEST_EDITION = tmp_path / "highest"
    one, other = SharedWatermark(), SharedWatermark()
    one.raise_to(1_795_492_195_594_747)
    assert other.number == 1_795_492_195_594_747
    other.raise_to(7)
    assert (one.number, other.number) == (1_795_492_195_594_747,) * 2


def test_concurrent_updates_leave_the_highest_number(settings, tmp_path):
    settings.HIGHEST_EDITION = tmp_path / "highest"
    processes = [SharedWatermark() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: processes[number % 8].raise_to(number), range(2000)))
    assert [process.number for process in processes] == [1999] * 8


def test_without_a_file_each_process_uses_its_own_number(settings):
    settings.HIGHEST_EDITION = "/proc/no/such/place"
    one, other = SharedWatermark(), SharedWatermark()
    one.raise_to(5)
    assert (one.number, other.number) == (5, 0)
