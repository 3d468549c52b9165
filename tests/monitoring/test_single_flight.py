"""A call that hangs ends with a timeout, and does not prevent later calls."""

import threading

import pytest

from monitoring import single_flight
from monitoring.single_flight import ABANDON_SECONDS, MAX_ABANDONED, TimeoutCall


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test sets."""
    times = [0.0]
    monkeypatch.setattr(single_flight, "monotonic", lambda: times[0])
    return times


@pytest.fixture
def hanging():
    """A function that hangs until the end of the test, while `hangs` is set."""
    go, hangs, began = threading.Event(), threading.Event(), []
    hangs.set()

    def function():
        began.append(True)
        if hangs.is_set():
            go.wait(60)
        return "well"

    function.hangs, function.began = hangs, began
    yield function
    go.set()


def times_out(call):
    with pytest.raises(TimeoutError):
        call.result(0.01)


def test_a_call_succeeds_after_one_that_hangs(clock, hanging):
    call = TimeoutCall(hanging)
    times_out(call)
    hanging.hangs.clear()
    clock[0] = ABANDON_SECONDS + 1
    assert call.result(30) == "well"


def test_a_slow_call_is_not_started_twice(clock, hanging):
    call = TimeoutCall(hanging)
    for seconds in (0, ABANDON_SECONDS / 2, ABANDON_SECONDS):
        clock[0] = seconds
        times_out(call)
    assert len(hanging.began) == 1


def test_the_number_of_hanging_calls_is_limited(clock, hanging):
    call = TimeoutCall(hanging)
    for turn in range(10):
        clock[0] = turn * (ABANDON_SECONDS + 1)
        times_out(call)
    assert len(hanging.began) == MAX_ABANDONED + 1
