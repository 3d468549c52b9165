"""What of an answer's seconds was the machine's own: these are shared, and now and then all stands still on them."""

import os
import tempfile
import threading
import time
from collections import deque
from itertools import pairwise

from tests.helpers.waiting import wait_until

EVERY = 0.05  # seconds from beat to beat
USUAL = 0.25  # seconds that a beat may take on a machine that does its work


class Machine:
    """A heart beside the tests, which writes to the disk at each beat: where beats are missing, nobody got on."""

    def __init__(self):
        self.beats: deque[float] = deque(maxlen=4000)
        self.ended = threading.Event()
        self.heart = threading.Thread(target=self.beat, daemon=True)

    def start(self) -> None:
        self.heart.start()
        wait_until(lambda: self.beats, "The first beat")

    def beat(self) -> None:
        with tempfile.TemporaryFile() as file:
            while True:
                os.pwrite(file.fileno(), b"beat", 0)
                os.fsync(file.fileno())
                self.beats.append(time.monotonic())
                self.ended.wait(EVERY)

    def stood_still(self, since: float, until: float) -> float:
        """Return the seconds of a time in which the heart ought to have beaten and did not."""
        assert self.heart.is_alive(), "Without a heart every answer would seem to be quick."
        moments = [since, *(beat for beat in tuple(self.beats) if since < beat < until), until]
        gaps = (later - earlier for earlier, later in pairwise(moments))
        return sum(gap for gap in gaps if gap > USUAL)

    def seconds(self, since: float) -> float:
        """Return the seconds since a moment (time.monotonic()) without those in which the machine stood still."""
        now = time.monotonic()
        return now - since - self.stood_still(since, now)


machine = Machine()  # tests/resilience/conftest.py starts it
