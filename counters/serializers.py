"""Serializer of a counter, for its own JSON view and the API."""

from django.conf import settings

from counters.models import Counter


def facts(counter: Counter, at) -> dict:
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
        "url": settings.SITE_URL + counter.get_absolute_url(),
    }
