"""A call with a timeout that only one thread makes at a time (single flight), for a database that may hang."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Generic, TypeVar

from django.db import connections

Result = TypeVar("Answer")

ABANDON_SECONDS = 10.0  # seconds after which a new call is started beside one that hangs
MAX_ABANDONED = 3  # calls that hang at the same time: each occupies a thread and a connection


class TimeoutCall(Generic[Result]):
    """A function that is called in a thread of its own, and waited for only so long.

    Concurrent callers share one call. It uses its own database connections and closes them. A call that hangs (for 15
    minutes, if a network drops packets) is abandoned, so that a later one can succeed when the database is back.
    """

    def __init__(self, function: Callable[[], Result]):
        self.function = function
        self._lock = threading.Lock()
        self._future: Future[Result] | None = None
        self._began = 0.0
        self._abandoned: list[Future[Result]] = []

    def result(self, seconds: float) -> Result:
        """Return the function's result, or raise its exception; TimeoutError if it takes longer than `seconds`."""
        with self._lock:
            self._abandon_hanging_call()
            if self._future is None or self._future.done():
                self._future, self._began = Future(), monotonic()
                threading.Thread(target=self._run, args=[self._future], daemon=True).start()
            future, left = self._future, self._began + seconds - monotonic()
        return future.result(max(0.0, left))

    def _abandon_hanging_call(self) -> None:
        self._abandoned = [future for future in self._abandoned if not future.done()]
        hangs = self._future is not None and not self._future.done() and monotonic() - self._began > ABANDON_SECONDS
        if hangs and len(self._abandoned) < MAX_ABANDONED:
            self._abandoned.append(self._future)
            self._future = None

    def _run(self, future: Future[Result]) -> None:
        try:
            answer = self.function()
        except BaseException as error:
            connections.close_all()
            future.set_exception(error)
        else:
            connections.close_all()
            future.set_result(answer)
