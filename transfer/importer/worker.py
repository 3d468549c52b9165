"""Worker process: prepares the lines of a large file on a second core while the main process writes.

It opens the file itself and has no database connection. Prepared lines wait in a bounded queue, so memory is bounded.
If the worker dies, the import stops with an error and can be started again. This module must not import models: the
worker process starts without Django set up.
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

MIN_FILE_BYTES = 2_000_000  # bytes: smaller files are imported before a worker has started
CHUNK_LINES = 50  # lines in a chunk, or
CHUNK_BYTES = 500_000  # of the file
QUEUE_CHUNKS = 40  # chunks in the queue: about ten megabytes


class WorkerDied(Exception):
    """The worker process has ended without an error report."""


def is_worth_while(file) -> bool:
    """Return whether the file is large enough and there is a second core."""
    return (os.cpu_count() or 1) > 1 and os.fstat(file.fileno()).st_size >= MIN_FILE_BYTES


class WorkerClient:
    """The prepared lines that the worker sends, and its position in the file."""

    def __init__(self, pipe: Connection):
        self.pipe, self.position = pipe, 0

    def tell(self) -> int:
        return self.position

    def __iter__(self) -> Iterator[Any]:
        while True:
            try:
                received = self.pipe.recv()
            except (EOFError, OSError) as error:
                raise WorkerDied(_("The worker process has ended unexpectedly.")) from error
            if received is None:
                return
            if isinstance(received, Exception):
                raise received
            self.position, lines = received
            yield from lines


@contextmanager
def start_worker(path: str, with_pictures: bool, skipped: frozenset[int] = frozenset()) -> Iterator[WorkerClient]:
    """Start a worker that reads and prepares the lines of a file; stop it at the end."""
    context = get_context("spawn")  # a fork would share the database connections
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=run_worker, args=(os.path.realpath(path), with_pictures, skipped, sender), daemon=True
    )
    process.start()
    sender.close()
    try:
        yield WorkerClient(receiver)
    finally:
        receiver.close()
        process.terminate()
        process.join()


@contextmanager
def reduced_gc() -> Iterator[None]:
    """Make garbage collections rare: `writing` collects after each batch."""
    gc.freeze()
    threshold = gc.get_threshold()
    gc.set_threshold(50_000, 1_000, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()


# In the worker process


def run_worker(path: str, with_pictures: bool, skipped: frozenset[int], pipe: Connection) -> None:
    """Send the prepared lines of a file in chunks; then None, or the exception that ended it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the main process
    chunks: queue.Queue = queue.Queue(QUEUE_CHUNKS)
    reader = threading.Thread(target=prepare_lines, args=(path, with_pictures, skipped, chunks), daemon=True)
    reader.start()
    with suppress(BrokenPipeError):  # the main process has stopped
        while (chunk := chunks.get()) is not None and not isinstance(chunk, Exception):
            pipe.send(chunk)
        pipe.send(chunk)


def prepare_lines(path: str, with_pictures: bool, skipped: frozenset[int], chunks: queue.Queue) -> None:
    """Put the prepared lines of a file into a queue, then None, or the exception that ended it."""
    try:
        import django

        django.setup()
        from transfer.importer import jsonl
        from transfer.importer.prepare import prepared_records

        with Path(path).open("rb") as file, reduced_gc():
            chunk, start = [], 0
            for each in prepared_records(jsonl.valid_records(jsonl.read_entries(file), skipped), with_pictures):
                chunk.append(each)
                if len(chunk) >= CHUNK_LINES or file.tell() - start > CHUNK_BYTES:
                    start = file.tell()
                    chunks.put((start, chunk))
                    chunk = []
            chunks.put((file.tell(), chunk))
        chunks.put(None)
    except Exception as error:
        chunks.put(error)
