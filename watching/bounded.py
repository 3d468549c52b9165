"""A question that may hang, asked in a thread of its own and waited for so long and no longer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Generic, TypeVar

from django.db import connections

Answer = TypeVar("Answer")


class Bounded(Generic[Answer]):
    """A question to something that may never answer: a database that is frozen takes what is sent, and stays silent.

    However many ask, one thread does: whoever comes while it is waiting waits with it, and no longer than the first.
    It has connections of its own, and closes them.
    """

    def __init__(self, question: Callable[[], Answer]):
        self.question = question
        self._lock = threading.Lock()
        self._future: Future[Answer] | None = None
        self._began = 0.0

    def ask(self, seconds: float) -> Answer:
        """Return the answer, or raise what the question raised; TimeoutError when it takes longer than `seconds`."""
        with self._lock:
            if self._future is None or self._future.done():
                self._future, self._began = Future(), monotonic()
                threading.Thread(target=self._run, args=[self._future], daemon=True).start()
            future, left = self._future, self._began + seconds - monotonic()
        return future.result(max(0.0, left))

    def _run(self, future: Future[Answer]) -> None:
        try:
            answer = self.question()
        except BaseException as error:
            connections.close_all()
            future.set_exception(error)
        else:
            connections.close_all()
            future.set_result(answer)
