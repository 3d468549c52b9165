"""Regular expressions: the time that each of the project takes grows with the length of a text, and no faster."""

import re

import pytest

from tests.helpers.patterns import all_patterns, slow_text

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


@pytest.fixture(scope="module")
def patterns():
    """All patterns of the project, by where they are. To find them takes seconds."""
    return all_patterns()


def test_each_pattern_takes_time_in_proportion_to_the_text(patterns):
    slow = {where: text for where, pattern in patterns if (text := slow_text(pattern)) is not None}
    assert slow == {}


def test_the_patterns_of_modules_functions_validators_and_calls_are_found(patterns):
    places = {where for where, _pattern in patterns}
    assert len(places) > 60
    assert {
        "news.headline_dates.date_patterns",
        "richtext.typed_elements.ATTRIBUTE",
        "news.models.previews.TOKEN",
    } <= places
    assert any(place.endswith(".slug") for place in places)  # of the first model with such a field


@pytest.mark.parametrize(
    "bad",
    [
        r"<a\b[^>]*?\shref=",
        r"minister\b.*\b(?:remarks|speech)",
        r"\s+$",
        r"(?:a+)+b",
        r"\[caption\b[^\]]*\](.*?)\[/caption\]",
        r"<!--\[if [^\]]*mso",
        r"(\w+\s?)*!",
        r"министр\w* дел",
        rb"\d+x\d+y",
    ],
)
def test_a_slow_pattern_is_detected(bad):
    assert slow_text(re.compile(bad)) is not None
