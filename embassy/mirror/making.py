"""Crawl the site from the home page and write changed files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from html import escape
from itertools import chain
from pathlib import Path

from django.conf import settings

from editions.edition import Edition
from embassy.mirror import places
from embassy.mirror.asking import ask, not_found
from embassy.mirror.journal import Journal
from embassy.mirror.places import Address
from news.models import Message, Redirect

FIRST = ["/", "/contact/", "/counters/", "/messages/", "/robots.txt", "/.well-known/security.txt"]
NOT_FOUND = "404.html"  # the file that most static web servers use
BATCH = 100  # URLs per transaction of the state
OF_ADDRESS = ("day", "slug", "category__slug")
TRIES = 3  # runs, if the site changes during each
# A file has no headers, so the Content-Security-Policy is a meta element.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action {site}"
)
MOVED = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{to}</title><meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={to}"><p><a href="{to}">{to}</a></p></html>
"""


@dataclass
class Outcome:
    """Counts of URLs fetched, files written and files removed."""

    fetched: int = 0
    written: int = 0
    removed: int = 0
    is_complete: bool = True  # False if the site changed during every run


def mirror(folder: Path) -> Iterator[Outcome]:
    """Write the public site into `folder`, and yield the outcome so far.

    An interrupted run is continued if the site has not changed since. If the edition is still that of the last
    complete run, nothing is fetched. If the site changes during a run, another run follows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    journal, outcome = Journal(folder), Outcome()
    try:
        for _number in range(TRIES):
            edition = label()
            if journal.is_whole_at(edition):
                break
            journal.begin(edition)
            yield from run(folder, journal, outcome)
            if label() == edition:
                journal.end()
        outcome.is_complete = journal.is_whole_at(label())
        yield outcome
    finally:
        journal.close()


def label() -> str:
    """Return a label of the current edition: pages with the same label are equal."""
    edition = Edition.current(datetime.now(UTC))
    return f"{edition.release} {edition.number} {edition.until.isoformat()} {settings.SITE_URL}"


def run(folder: Path, journal: Journal, outcome: Outcome) -> Iterator[Outcome]:
    """Fetch every URL once, and remove the files of those that are no longer public."""
    write(folder / NOT_FOUND, with_policy(not_found()).encode())
    journal.add((str(address), address.file) for address in chain(map(Address, FIRST), withdrawn(), former()))
    while queued := journal.queued(BATCH):
        with journal.batch():
            for pk, url, file, old_digest in queued:
                address = Address.read(url)
                content, linked = take(address)
                journal.add((str(each), each.file) for each in sorted(linked))
                journal.mark_done(pk, digest := content and digest_of(content))
                outcome.fetched += 1
                if content and (digest != old_digest or not (folder / file).exists()):
                    write(folder / file, content)
                    outcome.written += 1
        yield outcome
    for file in journal.remove_stale():
        outcome.removed += remove(folder, file)


def take(address: Address) -> tuple[bytes | None, set[Address]]:
    """Return the content of the file for a URL (None for no file), and the URLs that it links to."""
    answer = ask(address)
    if answer is None:
        return None, set()
    if answer.location:
        return moved(address, Address.read(answer.location)), set()
    if answer.is_page:
        page, linked = places.rewritten(answer.content.decode(), address)
        return with_policy(page).encode(), linked
    if answer.media_type == "text/css":
        return answer.content, places.links_of_styles(answer.content.decode(), address)
    return answer.content, set()


# URLs that no page links to


def withdrawn() -> Iterator[Address]:
    """Yield the URLs of withdrawn messages, which show a notice."""
    for message in Message.objects.withdrawn().select_related("category").only(*OF_ADDRESS).iterator(chunk_size=500):
        yield Address(message.get_absolute_url())


def former() -> Iterator[Address]:
    """Yield the URLs that redirect to messages, pages and counters."""
    for path in Redirect.objects.filter(category__isnull=True).values_list("path", flat=True).iterator(chunk_size=500):
        if path.endswith("/") and "?" not in path:
            yield Address(path)


def moved(base: Address, to: Address) -> bytes:
    """Return a page with a meta refresh, since a file cannot redirect."""
    return MOVED.format(to=escape(places.relative(to, base) if to.is_held else f"{settings.SITE_URL}{to}")).encode()


def with_policy(page: str) -> str:
    """Return a page with the Content-Security-Policy as a meta element."""
    policy = POLICY.format(site=settings.SITE_URL)
    return page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


# Files


def digest_of(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def write(file: Path, content: bytes) -> None:
    """Write a file atomically."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name[:200]}.half")
    temporary.write_bytes(content)
    temporary.replace(file)


def remove(folder: Path, name: str) -> bool:
    """Delete a file and the folders that become empty; return whether it existed."""
    file = folder / name
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    with suppress(OSError):  # a folder that is not empty
        for parent in file.parents:
            if parent == folder:
                break
            parent.rmdir()
    return True
