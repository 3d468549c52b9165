"""Staff sessions: they end after 12 hours, after 2 hours without use, or when their owner or a manager ends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

BEGAN, SEEN, VERIFIED = "began", "seen", "verified"
IDLE = timedelta(hours=2)
LONGEST = timedelta(seconds=settings.SESSION_COOKIE_AGE)
NOTED_EVERY = timedelta(minutes=5)  # so that not every request writes
VERIFIED_FOR = timedelta(minutes=30)
HALF_WAY = "half_way"


def begin(session, at: datetime) -> None:
    """Store in a session that its owner has just signed in."""
    session[BEGAN] = session[SEEN] = session[VERIFIED] = at.timestamp()


def is_over(session, at: datetime) -> bool:
    """Return whether a session is 12 hours old or was not used for 2 hours; store that it is in use now."""
    now, began, seen = at.timestamp(), session.get(BEGAN), session.get(SEEN)
    if began is None or seen is None:
        session[BEGAN] = session[SEEN] = now
        return False
    if now - began >= LONGEST.total_seconds() or now - seen >= IDLE.total_seconds():
        return True
    if now - seen >= NOTED_EVERY.total_seconds():
        session[SEEN] = now
    return False


def verify(session, at: datetime) -> None:
    """Store that the session's owner has just proved their identity."""
    session[VERIFIED] = at.timestamp()


def is_verified(session, at: datetime, within: timedelta = VERIFIED_FOR) -> bool:
    """Return whether the session's owner has proved their identity within that time."""
    return at.timestamp() - session.get(VERIFIED, 0) < within.total_seconds()


class Listed(NamedTuple):
    """A session in its owner's list."""

    key: str
    began: datetime | None
    seen: datetime | None


def list_of(user, at: datetime) -> list[Listed]:
    """Return the active sessions of `user`, the newest first."""
    sessions = []
    for session in Session.objects.filter(expire_date__gt=at).iterator():
        data = SessionStore().decode(session.session_data)
        if data.get(SESSION_KEY) == str(user.pk):
            sessions.append(Listed(session.session_key, _datetime(data.get(BEGAN)), _datetime(data.get(SEEN))))
    return sorted(sessions, key=lambda session: session.began or at, reverse=True)


def end_all(user, keep: str | None = None) -> int:
    """End the sessions of `user` except the one with the key `keep`, pending sign-ins too; return how many ended."""
    ended = 0
    for session in Session.objects.exclude(session_key=keep).iterator():
        data = SessionStore().decode(session.session_data)
        if data.get(SESSION_KEY) == str(user.pk) or (data.get(HALF_WAY) or {}).get("user") == user.pk:
            ended += session.delete()[0]
    return ended


def _datetime(timestamp) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
