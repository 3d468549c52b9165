"""Keyset cursors: the position of a message in a list, as text for a URL."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
PATTERN = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,18})")  # microseconds since the epoch, and an id


class Cursor(NamedTuple):
    """A position in a list ordered by time of publication, then by id."""

    publish_at: datetime
    pk: int

    @classmethod
    def of(cls, message) -> Cursor:
        """Return the position of a message."""
        return cls(message.publish_at, message.pk)

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Return the cursor that `str()` wrote; raise ValueError for anything else."""
        parts = PATTERN.fullmatch(text)
        if not parts:
            raise ValueError("invalid cursor")
        try:
            return cls(EPOCH + int(parts[1]) * MICROSECOND, int(parts[2]))
        except OverflowError:
            raise ValueError("invalid cursor") from None

    def __str__(self) -> str:
        return f"{(self.publish_at - EPOCH) // MICROSECOND}.{self.pk}"
