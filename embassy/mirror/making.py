"""A mirror is made: from the home page along the links, each address once, and only what has changed is written."""

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
NOT_FOUND = "404.html"  # where most web servers that serve files look for it
BATCH = 100  # addresses between two looks into the journal
OF_ADDRESS = ("day", "slug", "category__slug")
TRIES = 3  # runs after which a site that changes all the time is left as it is
# A file has no headers: what it says itself stands for the Content-Security-Policy.
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
    """What a run has done so far: addresses asked for, files written and files taken away."""

    asked: int = 0
    written: int = 0
    removed: int = 0
    is_whole: bool = True  # False: the site changed under every run


def mirror(folder: Path) -> Iterator[Outcome]:
    """Write the public site into `folder`, and yield the outcome so far.

    A run that was stopped goes on where it was, if the site has not changed since; a site that is still in the
    edition of the last whole run is not asked for anything. A change while a run goes on makes another one.
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
        outcome.is_whole = journal.is_whole_at(label())
        yield outcome
    finally:
        journal.close()


def label() -> str:
    """Return what names the edition that is current: while it lasts, every page stays as it is."""
    edition = Edition.current(datetime.now(UTC))
    return f"{edition.release} {edition.number} {edition.until.isoformat()} {settings.SITE_URL}"


def run(folder: Path, journal: Journal, outcome: Outcome) -> Iterator[Outcome]:
    """Ask for everything once, and take away what is not public any more."""
    write(folder / NOT_FOUND, with_policy(not_found()).encode())
    journal.meet((str(address), address.file) for address in chain(map(Address, FIRST), withdrawn(), former()))
    while waiting := journal.waiting(BATCH):
        with journal.batch():
            for pk, text, file, before in waiting:
                address = Address.read(text)
                content, found = take(address)
                journal.meet((str(each), each.file) for each in sorted(found))
                journal.is_done(pk, digest := content and digest_of(content))
                outcome.asked += 1
                if content and (digest != before or not (folder / file).exists()):
                    write(folder / file, content)
                    outcome.written += 1
        yield outcome
    for file in journal.gone():
        outcome.removed += remove(folder, file)


def take(address: Address) -> tuple[bytes | None, set[Address]]:
    """Return what a mirror has at an address, None for nothing, and the addresses that it names."""
    answer = ask(address)
    if answer is None:
        return None, set()
    if answer.leads_to:
        return moved(address, Address.read(answer.leads_to)), set()
    if answer.is_page:
        page, named = places.rewritten(answer.content.decode(), address)
        return with_policy(page).encode(), named
    if answer.kind == "text/css":
        return answer.content, places.links_of_styles(answer.content.decode(), address)
    return answer.content, set()


# What no link leads to, and still is answered for


def withdrawn() -> Iterator[Address]:
    """Yield the addresses of messages that have been taken back: their notices stay."""
    for message in Message.objects.withdrawn().select_related("category").only(*OF_ADDRESS).iterator(chunk_size=500):
        yield Address(message.get_absolute_url())


def former() -> Iterator[Address]:
    """Yield the addresses at which messages, pages and counters once were."""
    for path in Redirect.objects.filter(category__isnull=True).values_list("path", flat=True).iterator(chunk_size=500):
        if path.endswith("/") and "?" not in path:
            yield Address(path)


def moved(base: Address, to: Address) -> bytes:
    """Return a page that leads on: a file can't redirect."""
    return MOVED.format(to=escape(places.relative(to, base) if to.is_held else f"{settings.SITE_URL}{to}")).encode()


def with_policy(page: str) -> str:
    """Return a page that says itself what it may load."""
    policy = POLICY.format(site=settings.SITE_URL)
    return page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


# Files


def digest_of(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, whoever reads it meanwhile."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name[:200]}.half")
    half.write_bytes(content)
    half.replace(file)


def remove(folder: Path, name: str) -> bool:
    """Take a file away, and the folders that it leaves empty; say whether it was there."""
    file = folder / name
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    with suppress(OSError):  # a folder that is not empty
        for above in file.parents:
            if above == folder:
                break
            above.rmdir()
    return True
