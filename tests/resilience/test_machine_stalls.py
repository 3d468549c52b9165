"""The measurement of the resilience tests: a slow server counts as slow, a stalled machine does not."""

import time

from tests.helpers.waiting import wait_until
from tests.resilience.machine_stalls import USUAL, machine


def test_a_slow_response_counts_as_slow():
    began = time.monotonic()
    wait_until(lambda: time.monotonic() > began + 1)
    assert machine.seconds(began) > 1 - USUAL


def test_a_stall_of_the_machine_is_not_counted():
    machine.beats.extend(beats := [1000.0, 1000.1, 1005.1, 1005.2])
    assert machine.stood_still(1000.0, 1005.2) == beats[2] - beats[1]
    assert machine.stood_still(1005.0, 1005.2) == 0
