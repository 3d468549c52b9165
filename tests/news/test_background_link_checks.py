"""Links to other sites are checked in the background: no request waits, results are known by URL and time."""

import threading
from datetime import timedelta

import pytest

from news import background_link_checks, link_checker
from news.background_link_checks import broken_links_among, known_broken_links, known_results, start_check
from news.link_checker import BrokenLink
from tests.factories import NOON

ONE, TWO = "https://example.org/1", "https://example.org/2"


@pytest.fixture
def ended(monkeypatch):
    """An event that is set at the end of a background check."""
    event = threading.Event()
    monkeypatch.setattr(background_link_checks.connections, "close_all", event.set)  # the thread's last step
    return event


@pytest.fixture
def asked(monkeypatch):
    """The URLs that would be requested; the first one of each check leads nowhere."""
    urls = []
    monkeypatch.setattr(
        link_checker, "check_links", lambda found: urls.append(found) or [BrokenLink(found[0], "leads nowhere.")]
    )
    return urls


def check(ended, urls, at=NOON):
    """Check links and wait for the end; return whether there was anything to check."""
    ended.clear()
    started = start_check(urls, at)
    assert not started or ended.wait(30)
    return started


def test_results_are_known_by_url_and_time(asked, ended):
    assert known_results([ONE, TWO]) == {}
    assert check(ended, [ONE, TWO])
    results = known_results([ONE, TWO])
    assert {url: (found.sentence, found.checked_at) for url, found in results.items()} == {
        ONE: ("leads nowhere.", NOON),
        TWO: ("", NOON),
    }
    assert known_broken_links([TWO, ONE]) == [{"url": ONE, "sentence": "leads nowhere."}]


def test_only_new_links_and_old_results_are_checked_again(asked, ended):
    check(ended, [ONE])
    assert not check(ended, [ONE], NOON + timedelta(minutes=9))
    check(ended, [ONE, TWO], NOON + timedelta(minutes=9))
    check(ended, [ONE, TWO], NOON + timedelta(minutes=11))
    assert asked == [[ONE], [TWO], [ONE]]


def test_no_request_waits_for_another_site(monkeypatch, ended):
    go = threading.Event()
    monkeypatch.setattr(link_checker, "check_links", lambda urls: go.wait(30) and [])
    try:
        assert [start_check([ONE], NOON), broken_links_among([ONE], NOON), known_results([ONE])] == [True, None, {}]
    finally:
        go.set()
    assert ended.wait(30)
    assert (broken_links_among([ONE], NOON), start_check([ONE], NOON)) == ([], False)


def test_one_check_runs_at_a_time_in_a_process(asked):
    with background_link_checks.check_lock:
        assert start_check([ONE], NOON)
    assert asked == []


def test_a_check_takes_the_links_of_one_round(asked, ended):
    urls = [f"https://example.org/{number}" for number in range(link_checker.MAX_LINKS + 1)]
    check(ended, urls)
    check(ended, urls)
    assert [len(found) for found in asked] == [link_checker.MAX_LINKS, 1]


def test_a_failed_check_releases_the_lock_and_is_logged(monkeypatch, ended, caplog):
    monkeypatch.setattr(link_checker, "check_links", lambda urls: [][0])
    check(ended, [ONE])
    assert "could not be checked" in caplog.text
    monkeypatch.setattr(link_checker, "check_links", lambda urls: [])
    check(ended, [ONE])
    assert known_results([ONE])[ONE].sentence == ""


@pytest.mark.parametrize("urls", [[], ["https://exämple.org/\udcff"]])
def test_any_url_has_a_place_in_the_cache(asked, ended, urls):
    assert check(ended, urls) == bool(urls)
