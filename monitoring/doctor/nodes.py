"""Checks of the other nodes: same release, same edition, same list of messages, clocks that agree."""

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

from monitoring.doctor.context import CheckContext, PageResponse, get_page
from monitoring.doctor.host import MAX_CLOCK_SKEW
from monitoring.doctor.public_pages import UnreadableResponse, read_archive
from monitoring.gauges import edition_number
from monitoring.health import NODE_HEADER, node_token

TIMEOUT_SECONDS = 3.0  # for one response
MAX_RESPONSE_BYTES = 2_000_000  # bytes of one

READY_PATTERN = re.compile(r"ready: edition (\d+) of release (\S+)")
SERVER_TIME_PATTERN = re.compile(r"now;desc=(\d{1,15})")
RESTART_ADVICE = _("Restart that node. Check that it has the same DATABASE_URL and .env as the others.")

OTHER_KEY_ADVICE = _("Check that it has the same SECRET_KEY, and that both machines set their clocks by NTP.")


class NodeUnreachable(Exception):
    """A node does not respond."""


class NodeResponse(NamedTuple):
    """The response of a node, and how far its clock is ahead at least; the network's delay is not known."""

    page: PageResponse
    ahead: timedelta | None


def check_nodes(look: CheckContext) -> Iterator[tuple[str, str]]:
    """Each node is ready, has this release and this edition, and serves the same pages as this process."""
    for node in look.nodes:
        try:
            yield from check_node(node)
        except NodeUnreachable as error:
            says = _("%(node)s does not respond (%(why)s).") % {"node": node, "why": error}
            yield says, _("Check that it is running and can be reached from here, or remove it from NODES.")


def check_node(node: str) -> Iterator[tuple[str, str]]:
    before = edition_number()
    ready = fetch_from_node(node, "/readyz")
    after = edition_number()
    match = READY_PATTERN.match(ready.page.text)
    if ready.page.status == 200 and ready.page.text.strip() == "ready":
        yield _("%(node)s does not recognise this process as a node of its site.") % {"node": node}, OTHER_KEY_ADVICE
        return
    if ready.page.status != 200 or not match:
        says = _("%(node)s is not ready: %(why)s") % {"node": node, "why": ready.page.text.strip()[:100]}
        yield says, _("See its log.")
        return
    number, release = int(match[1]), match[2]
    if not before <= number <= after:
        says = _("%(node)s has edition %(number)s, and this node has %(ours)s.")
        yield says % {"node": node, "number": number, "ours": after}, RESTART_ADVICE
        return
    if release != settings.RELEASE:
        says = _("%(node)s runs release %(theirs)s, and this node runs %(ours)s.")
        yield (
            says % {"node": node, "theirs": release, "ours": settings.RELEASE},
            _("Complete the deployment on all nodes."),
        )
        return
    if ready.ahead is not None and abs(ready.ahead) > MAX_CLOCK_SKEW:
        says = _("The clock of %(node)s is wrong by %(seconds)s seconds (%(signed)+.1f).")
        seconds = ready.ahead.total_seconds()
        yield (
            says % {"node": node, "seconds": round(abs(seconds)), "signed": seconds},
            _("Check that both machines set their clocks by NTP: `timedatectl` should say that they are synchronised."),
        )
        return
    if not serves_same_list(node):
        yield _("%(node)s serves a different list of messages from the published one.") % {"node": node}, RESTART_ADVICE


def serves_same_list(node: str) -> bool:
    """Return whether a node's list begins as ours does; repeated, because something may be published in between."""
    for _attempt in range(3):
        try:
            if read_archive(lambda path: fetch_from_node(node, path).page) == read_archive(get_page):
                return True
        except UnreadableResponse:
            continue
    return False


def fetch_from_node(node: str, path: str) -> NodeResponse:
    """Return a node's response, requested directly, with the site's host name."""
    where, site = urlsplit(node), urlsplit(settings.SITE_URL)
    connect = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = connect(where.hostname, where.port, timeout=TIMEOUT_SECONDS)
    try:
        sent = time.time()
        headers = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme, NODE_HEADER: node_token()}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        got = time.time()
        body = response.read(MAX_RESPONSE_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise NodeUnreachable(type(error).__name__) from None
    finally:
        connection.close()
    timing = SERVER_TIME_PATTERN.search(response.headers.get("Server-Timing", ""))
    return NodeResponse(
        PageResponse(response.status, body.decode(errors="replace")),
        timing and clock_ahead(int(timing[1]) / 1000, sent, got),
    )


def clock_ahead(theirs: float, sent: float, got: float) -> timedelta:
    """Return how far a clock is ahead at least; negative if it is behind."""
    if theirs > got:
        return timedelta(seconds=theirs - got)
    return timedelta(seconds=min(theirs - sent + 0.001, 0.0))  # it is in whole milliseconds
