"""Serializer of a counter, for its own JSON view and the API."""

from core.site_urls import absolute_url
from counters.models import Counter


def counter_data(counter: Counter, at) -> dict:
    """Return a counter at the time `at`, without its message."""
    turns = counter.turns(at)
    return {
        "incident": counter.incident,
        "sentence": counter.sentence(at),
        "days": counter.days(at),
        "since": counter.since.isoformat(),
        "until": counter.until and counter.until.isoformat(),
        "time_zone": counter.zone.key,
        "turns": turns and turns.isoformat(),
        "url": absolute_url(counter.get_absolute_url()),
    }
