"""Messages of a day, and the pages of the archive."""

import re
from datetime import UTC, datetime

from tests.factories import a_message


def page_text(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def message_of_day(day, month=11, **kwargs):
    return a_message(publish_at=datetime(2020, month, day, 9, tzinfo=UTC), **kwargs)


def index_lines(text):
    """Return the links of the index: the label of each, its count with the noun, and its target."""
    line = r'href="([^"]+)"[^>]*>(?:<svg[^>]*></svg>)?([^<]+) <span class="count" aria-hidden="true">[^<]+</span>'
    found = re.findall(line + r'<span class="unseen">([^<]+)</span>', text)
    return {label: (count, href) for href, label, count in found}


def neighbour_links(text):
    """Return the targets of the links to earlier and later periods."""
    nav = re.search(r'<nav class="neighbours".*?</nav>', text, re.DOTALL)
    return re.findall(r'href="([^"]+)"', nav[0]) if nav else []
