"""A command that is told to stop, by systemd or a person, clears up after itself first."""

import signal
import sys
import threading
from contextlib import contextmanager


@contextmanager
def stopped_by_a_signal():
    """Have a TERM end what runs inside as a Ctrl-C does: through its `finally`s."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
