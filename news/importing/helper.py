"""Another process makes the lines of a large file ready, on another core, while this one writes.

It opens the file itself and knows no database. What it has made waits in a queue that has an end, so memory stays
bounded; if it dies, the import stops with a sentence, and can be started again. Nothing is imported here that would
ask for models: the process begins with an empty Django.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

WORTH_WHILE = 2_000_000  # bytes of a file: less is done before the process has begun
AT_ONCE = 50  # lines that come in one parcel, or
MOST_BYTES = 500_000  # of the file
AHEAD = 40  # parcels that wait to be written: about ten megabytes


class Died(Exception):
    """The process is no more, and has not said why."""


def is_worth_while(file) -> bool:
    """Say whether a file is large enough, and whether there is another core."""
    return (os.cpu_count() or 1) > 1 and os.fstat(file.fileno()).st_size >= WORTH_WHILE


class Helper:
    """What the other process sends: the lines made ready, and how far in the file it is."""

    def __init__(self, pipe: Connection):
        self.pipe, self.place = pipe, 0

    def tell(self) -> int:
        return self.place

    def __iter__(self) -> Iterator[Any]:
        while True:
            try:
                sent = self.pipe.recv()
            except (EOFError, OSError) as error:
                raise Died(_("The process that reads the file has died.")) from error
            if sent is None:
                return
            if isinstance(sent, Exception):
                raise sent
            self.place, lines = sent
            yield from lines


@contextmanager
def helper(path: str, with_pictures: bool, skipped: frozenset[int] = frozenset()) -> Iterator[Helper]:
    """Give a process that reads the lines of a file and makes them ready; it ends with this."""
    context = get_context("spawn")  # a fork would share the connections to the database
    ours, its = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(os.path.realpath(path), with_pictures, skipped, its), daemon=True)
    process.start()
    its.close()
    try:
        yield Helper(ours)
    finally:
        ours.close()
        process.terminate()
        process.join()


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Have Python look for circles of garbage only after each batch (`collect`): it would look all the time."""
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(50_000, 1_000, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


# Inside the other process


def work(path: str, with_pictures: bool, skipped: frozenset[int], pipe: Connection) -> None:
    """Send the lines of a file, made ready, in parcels; then None, or what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for who writes
    parcels: queue.Queue = queue.Queue(AHEAD)
    reader = threading.Thread(target=read, args=(path, with_pictures, skipped, parcels), daemon=True)
    reader.start()
    with suppress(BrokenPipeError):  # nobody listens any more
        while (parcel := parcels.get()) is not None and not isinstance(parcel, Exception):
            pipe.send(parcel)
        pipe.send(parcel)


def read(path: str, with_pictures: bool, skipped: frozenset[int], parcels: queue.Queue) -> None:
    """Put the lines of a file into a queue, then None, or what went wrong."""
    try:
        import django

        django.setup()
        from news.importing import lines
        from news.importing.ready import all_ready

        with Path(path).open("rb") as file, seldom_collecting():
            parcel, began = [], 0
            for each in all_ready(lines.sound(lines.entries(file), skipped), with_pictures):
                parcel.append(each)
                if len(parcel) >= AT_ONCE or file.tell() - began > MOST_BYTES:
                    began = file.tell()
                    parcels.put((began, parcel))
                    parcel = []
            parcels.put((file.tell(), parcel))
        parcels.put(None)
    except Exception as error:
        parcels.put(error)
