"""A call that may hang is bounded, and one that hangs for good does not stop those that come later."""

import threading

import pytest

from watching import bounded
from watching.bounded import ABANDONED_AFTER, MOST_ABANDONED, Bounded


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    moments = [0.0]
    monkeypatch.setattr(bounded, "monotonic", lambda: moments[0])
    return moments


@pytest.fixture
def hanging():
    """A question that hangs until the test ends, as often as it is asked while `hangs` is set."""
    go, hangs, began = threading.Event(), threading.Event(), []
    hangs.set()

    def question():
        began.append(True)
        if hangs.is_set():
            go.wait(60)
        return "well"

    question.hangs, question.began = hangs, began
    yield question
    go.set()


def ask_in_vain(asked):
    with pytest.raises(TimeoutError):
        asked.ask(0.01)


def test_after_a_call_that_hangs_the_next_one_is_answered(clock, hanging):
    asked = Bounded(hanging)
    ask_in_vain(asked)
    hanging.hangs.clear()
    clock[0] = ABANDONED_AFTER + 1
    assert asked.ask(30) == "well"


def test_a_call_that_is_only_slow_is_not_asked_beside(clock, hanging):
    asked = Bounded(hanging)
    for seconds in (0, ABANDONED_AFTER / 2, ABANDONED_AFTER):
        clock[0] = seconds
        ask_in_vain(asked)
    assert len(hanging.began) == 1


def test_calls_that_hang_do_not_pile_up(clock, hanging):
    asked = Bounded(hanging)
    for turn in range(10):
        clock[0] = turn * (ABANDONED_AFTER + 1)
        ask_in_vain(asked)
    assert len(hanging.began) == MOST_ABANDONED + 1
