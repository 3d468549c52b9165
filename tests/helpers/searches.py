"""A search as the tests make it, at noon."""

from editions.edition import Edition
from search.params import SearchParams
from search.service import run_search
from tests.factories import NOON


def search(q, at=NOON, **kwargs):
    return run_search(SearchParams(q=q, **kwargs), at, Edition.current(at))


def headlines(q, **kwargs):
    return [message.headline for message in search(q, sort="date", **kwargs).messages]


def whole_list(params, at=NOON):
    """Return the ids of all pages, from the first to the last."""
    found, ids = run_search(params, at, Edition.current(at)), []
    while True:
        ids += [message.pk for message in found.messages]
        if not found.older:
            return ids
        found = run_search(params.replace(before=found.older), at, Edition.current(at))


def answers(q, **kwargs):
    """Return the titles of the pages, topics and offices above the results."""
    return [answer.title for answer in search(q, **kwargs).answers]
