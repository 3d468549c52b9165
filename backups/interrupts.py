"""Clean-up of a command that is ended by SIGTERM, for example by systemd."""

import signal
import sys
import threading
from contextlib import contextmanager


@contextmanager
def exit_on_sigterm():
    """Let SIGTERM raise SystemExit in the block, so that its `finally` clauses run as they do for Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
