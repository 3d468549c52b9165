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
from mirror import paths
from mirror.client import fetch, render_404
from mirror.paths import SiteUrl
from mirror.state import ExportState
from news.models import Message
from redirects.models import Redirect

START_PATHS = ["/", "/contact/", "/counters/", "/messages/", "/robots.txt", "/.well-known/security.txt"]
NOT_FOUND_FILE = "404.html"  # the file that most static web servers use
BATCH_SIZE = 100  # URLs per transaction of the state
URL_FIELDS = ("day", "slug", "category__slug")
MAX_RUNS = 3  # runs, if the site changes during each
# A file has no headers, so the Content-Security-Policy is a meta element.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action {site}"
)
REDIRECT_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{to}</title><meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={to}"><p><a href="{to}">{to}</a></p></html>
"""


@dataclass
class ExportResult:
    """Counts of URLs fetched, files written and files removed."""

    fetched: int = 0
    written: int = 0
    removed: int = 0
    is_complete: bool = True  # False if the site changed during every run


def build_mirror(folder: Path) -> Iterator[ExportResult]:
    """Write the public site into `folder`, and yield the outcome so far.

    An interrupted run is continued if the site has not changed since. If the edition is still that of the last
    complete run, nothing is fetched. If the site changes during a run, another run follows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    journal, outcome = ExportState(folder), ExportResult()
    try:
        for _number in range(MAX_RUNS):
            edition = edition_label()
            if journal.is_whole_at(edition):
                break
            journal.begin(edition)
            yield from run_export(folder, journal, outcome)
            if edition_label() == edition:
                journal.end()
        outcome.is_complete = journal.is_whole_at(edition_label())
        yield outcome
    finally:
        journal.close()


def edition_label() -> str:
    """Return a label of the current edition: pages with the same label are equal."""
    edition = Edition.current(datetime.now(UTC))
    return f"{edition.release} {edition.number} {edition.until.isoformat()} {settings.SITE_URL}"


def run_export(folder: Path, journal: ExportState, outcome: ExportResult) -> Iterator[ExportResult]:
    """Fetch every URL once, and remove the files of those that are no longer public."""
    write_file(folder / NOT_FOUND_FILE, add_policy(render_404()).encode())
    journal.add(
        (str(address), address.file) for address in chain(map(SiteUrl, START_PATHS), withdrawn_urls(), redirect_urls())
    )
    while queued := journal.queued(BATCH_SIZE):
        with journal.batch():
            for pk, url, file, old_digest in queued:
                address = SiteUrl.read(url)
                content, linked = fetch_file(address)
                journal.add((str(each), each.file) for each in sorted(linked))
                journal.mark_done(pk, digest := content and content_digest(content))
                outcome.fetched += 1
                if content and (digest != old_digest or not (folder / file).exists()):
                    write_file(folder / file, content)
                    outcome.written += 1
        yield outcome
    for file in journal.remove_stale():
        outcome.removed += remove_file(folder, file)


def fetch_file(address: SiteUrl) -> tuple[bytes | None, set[SiteUrl]]:
    """Return the content of the file for a URL (None for no file), and the URLs that it links to."""
    answer = fetch(address)
    if answer is None:
        return None, set()
    if answer.location:
        return redirect_page(address, SiteUrl.read(answer.location)), set()
    if answer.is_page:
        page, linked = paths.rewrite_links(answer.content.decode(), address)
        return add_policy(page).encode(), linked
    if answer.media_type == "text/css":
        return answer.content, paths.stylesheet_urls(answer.content.decode(), address)
    return answer.content, set()


# URLs that no page links to


def withdrawn_urls() -> Iterator[SiteUrl]:
    """Yield the URLs of withdrawn messages, which show a notice."""
    for message in Message.objects.withdrawn().select_related("category").only(*URL_FIELDS).iterator(chunk_size=500):
        yield SiteUrl(message.get_absolute_url())


def redirect_urls() -> Iterator[SiteUrl]:
    """Yield the URLs that redirect to messages, pages and counters."""
    for path in Redirect.objects.filter(category__isnull=True).values_list("path", flat=True).iterator(chunk_size=500):
        if path.endswith("/") and "?" not in path:
            yield SiteUrl(path)


def redirect_page(base: SiteUrl, to: SiteUrl) -> bytes:
    """Return a page with a meta refresh, since a file cannot redirect."""
    return REDIRECT_PAGE.format(
        to=escape(paths.relative_url(to, base) if to.is_held else f"{settings.SITE_URL}{to}")
    ).encode()


def add_policy(page: str) -> str:
    """Return a page with the Content-Security-Policy as a meta element."""
    policy = CONTENT_POLICY.format(site=settings.SITE_URL)
    return page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


# Files


def content_digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def write_file(file: Path, content: bytes) -> None:
    """Write a file atomically."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name[:200]}.half")
    temporary.write_bytes(content)
    temporary.replace(file)


def remove_file(folder: Path, name: str) -> bool:
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
