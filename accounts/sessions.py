"""Staff sessions: they end after 12 hours, after 2 hours without use, or when their owner or a manager ends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

STARTED_KEY, LAST_SEEN_KEY, VERIFIED_KEY = "began", "seen", "verified"
IDLE_TIMEOUT = timedelta(hours=2)
MAX_SESSION_AGE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
LAST_SEEN_INTERVAL = timedelta(minutes=5)  # so that not every request writes
VERIFICATION_MAX_AGE = timedelta(minutes=30)
PENDING_LOGIN_KEY = "half_way"


def start_session(session, at: datetime) -> None:
    """Store in a session that its owner has just signed in."""
    session[STARTED_KEY] = session[LAST_SEEN_KEY] = session[VERIFIED_KEY] = at.timestamp()


def is_expired(session, at: datetime) -> bool:
    """Return whether a session is 12 hours old or was not used for 2 hours; store that it is in use now."""
    now, began, seen = at.timestamp(), session.get(STARTED_KEY), session.get(LAST_SEEN_KEY)
    if began is None or seen is None:
        session[STARTED_KEY] = session[LAST_SEEN_KEY] = now
        return False
    if now - began >= MAX_SESSION_AGE.total_seconds() or now - seen >= IDLE_TIMEOUT.total_seconds():
        return True
    if now - seen >= LAST_SEEN_INTERVAL.total_seconds():
        session[LAST_SEEN_KEY] = now
    return False


def mark_verified(session, at: datetime) -> None:
    """Store that the session's owner has just proved their identity."""
    session[VERIFIED_KEY] = at.timestamp()


def is_recently_verified(session, at: datetime, within: timedelta = VERIFICATION_MAX_AGE) -> bool:
    """Return whether the session's owner has proved their identity within that time."""
    return at.timestamp() - session.get(VERIFIED_KEY, 0) < within.total_seconds()


class SessionInfo(NamedTuple):
    """A session in its owner's list."""

    key: str
    began: datetime | None
    seen: datetime | None


def list_sessions(user, at: datetime) -> list[SessionInfo]:
    """Return the active sessions of `user`, the newest first."""
    sessions = []
    for session in Session.objects.filter(expire_date__gt=at).iterator():
        data = SessionStore().decode(session.session_data)
        if data.get(SESSION_KEY) == str(user.pk):
            sessions.append(
                SessionInfo(session.session_key, _datetime(data.get(STARTED_KEY)), _datetime(data.get(LAST_SEEN_KEY)))
            )
    return sorted(sessions, key=lambda session: session.began or at, reverse=True)


def end_sessions(user, keep: str | None = None) -> int:
    """End the sessions of `user` except the one with the key `keep`, pending sign-ins too; return how many ended."""
    ended = 0
    for session in Session.objects.exclude(session_key=keep).iterator():
        data = SessionStore().decode(session.session_data)
        if data.get(SESSION_KEY) == str(user.pk) or (data.get(PENDING_LOGIN_KEY) or {}).get("user") == user.pk:
            ended += session.delete()[0]
    return ended


def _datetime(timestamp) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
