"""A question that may hang, asked in a thread of its own and waited for so long and no longer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Generic, TypeVar

from django.db import connections

Answer = TypeVar("Answer")

ABANDONED_AFTER = 10.0  # seconds; by then the answer is worth nothing, and the next one is asked for beside it
MOST_ABANDONED = 3  # calls that hang at the same time: each holds a thread and a connection


class Bounded(Generic[Answer]):
    """A question to something that may never answer: a database that is frozen takes what is sent, and stays silent.

    However many ask, one thread does: those who come while it waits wait with it, and no longer than the first. It has
    connections of its own, and closes them. A call that hangs (for a quarter of an hour, where a network swallows
    packets) is abandoned after a while, so that the next one finds the database that is back.
    """

    def __init__(self, question: Callable[[], Answer]):
        self.question = question
        self._lock = threading.Lock()
        self._future: Future[Answer] | None = None
        self._began = 0.0
        self._abandoned: list[Future[Answer]] = []

    def ask(self, seconds: float) -> Answer:
        """Return the answer, or raise what the question raised; TimeoutError when it takes longer than `seconds`."""
        with self._lock:
            self._abandon_what_hangs()
            if self._future is None or self._future.done():
                self._future, self._began = Future(), monotonic()
                threading.Thread(target=self._run, args=[self._future], daemon=True).start()
            future, left = self._future, self._began + seconds - monotonic()
        return future.result(max(0.0, left))

    def _abandon_what_hangs(self) -> None:
        """Let a new call begin where the one under way has hung for too long."""
        self._abandoned = [future for future in self._abandoned if not future.done()]
        hangs = self._future is not None and not self._future.done() and monotonic() - self._began > ABANDONED_AFTER
        if hangs and len(self._abandoned) < MOST_ABANDONED:
            self._abandoned.append(self._future)
            self._future = None

    def _run(self, future: Future[Answer]) -> None:
        try:
            answer = self.question()
        except BaseException as error:
            connections.close_all()
            future.set_exception(error)
        else:
            connections.close_all()
            future.set_result(answer)
