"""That every node serves the same: the same edition, the same head of the list, by clocks that agree."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from embassy.probes import TOKEN, token
from watching.doctor.look import Look, Page, ask
from watching.doctor.place import ASKEW
from watching.doctor.public import Unread, read_archive
from watching.gauges import edition_number

SECONDS = 3.0  # for one answer
LONGEST = 2_000_000  # bytes of one

TOLD = re.compile(r"ready: edition (\d+) of release (\S+)")
NOW = re.compile(r"now;desc=(\d{1,15})")
RESTART = _("Restart that node. See that it has the same DATABASE_URL and .env as the others.")

OTHER_KEY = _("See that it has the same SECRET_KEY, and that both machines keep their clocks by NTP.")


class Silent(Exception):
    """A node does not answer."""


class Answer(NamedTuple):
    """What a node said, and by how much its clock is ahead, at least: the way takes time in both directions."""

    page: Page
    ahead: timedelta | None


def nodes(look: Look) -> Iterator[tuple[str, str]]:
    """Each node is ready, of this release, tells this edition, and serves what this process renders."""
    for node in look.nodes:
        try:
            yield from faults_of(node)
        except Silent as error:
            says = _("%(node)s does not answer (%(why)s).") % {"node": node, "why": error}
            yield says, _("See that it runs and can be reached from here; else take it out of NODES.")


def faults_of(node: str) -> Iterator[tuple[str, str]]:
    before = edition_number()
    ready = fetch(node, "/readyz")
    after = edition_number()
    told = TOLD.match(ready.page.text)
    if ready.page.status == 200 and ready.page.text.strip() == "ready":
        yield _("%(node)s does not take this process for a node of its site.") % {"node": node}, OTHER_KEY
        return
    if ready.page.status != 200 or not told:
        says = _("%(node)s is not ready: %(why)s") % {"node": node, "why": ready.page.text.strip()[:100]}
        yield says, _("Look into its log.")
        return
    number, release = int(told[1]), told[2]
    if not before <= number <= after:
        says = _("%(node)s is in edition %(number)s, and this one in %(ours)s.")
        yield says % {"node": node, "number": number, "ours": after}, RESTART
        return
    if release != settings.RELEASE:
        says = _("%(node)s runs release %(theirs)s, and this one %(ours)s.")
        yield (
            says % {"node": node, "theirs": release, "ours": settings.RELEASE},
            _("Finish the deployment, on all nodes."),
        )
        return
    if ready.ahead is not None and abs(ready.ahead) > ASKEW:
        says = _("The clock of %(node)s is %(seconds)s seconds off (%(signed)+.1f).")
        seconds = ready.ahead.total_seconds()
        yield (
            says % {"node": node, "seconds": round(abs(seconds)), "signed": seconds},
            _("See that both machines keep their clocks by NTP: `timedatectl` should say that they are synchronised."),
        )
        return
    if not serves_the_same(node):
        yield _("%(node)s serves another list of messages than is published.") % {"node": node}, RESTART


def serves_the_same(node: str) -> bool:
    """Say whether a node's list begins as ours does: asked again, as something may be published in between."""
    for _attempt in range(3):
        try:
            if read_archive(lambda path: fetch(node, path).page) == read_archive(ask):
                return True
        except Unread:
            continue
    return False


def fetch(node: str, path: str) -> Answer:
    """Ask a node, past any proxy, as if for the site."""
    where, site = urlsplit(node), urlsplit(settings.SITE_URL)
    connect = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = connect(where.hostname, where.port, timeout=SECONDS)
    try:
        sent = time.time()
        headers = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme, TOKEN: token()}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        got = time.time()
        body = response.read(LONGEST)
    except (OSError, http.client.HTTPException) as error:
        raise Silent(type(error).__name__) from None
    finally:
        connection.close()
    told = NOW.search(response.headers.get("Server-Timing", ""))
    return Answer(Page(response.status, body.decode(errors="replace")), told and ahead(int(told[1]) / 1000, sent, got))


def ahead(theirs: float, sent: float, got: float) -> timedelta:
    """Return by how many seconds a clock is ahead (behind: less than none), as far as is certain."""
    if theirs > got:
        return timedelta(seconds=theirs - got)
    return timedelta(seconds=min(theirs - sent + 0.001, 0.0))  # it tells whole milliseconds
