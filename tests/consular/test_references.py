"""References: said over the phone, read however they are typed, and never mistaken."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consular.models import Enquiry
from consular.references import ALPHABET, format_reference, make_reference, read_reference
from tests.factories import an_enquiry

REFERENCES = st.builds(make_reference)


@given(REFERENCES)
def test_reference_is_two_groups_of_four_letters_and_digits(reference):
    assert re.fullmatch(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", reference)


@given(REFERENCES)
def test_reference_is_read_however_it_is_typed(reference):
    typed = reference.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert read_reference(f"  {typed}\t") == reference


@given(REFERENCES, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(reference, place, other):
    said = reference.replace("-", "")
    wrong = said[:place] + other + said[place + 1 :]
    assert read_reference(wrong) == (reference if other == said[place] else None)


@given(REFERENCES, st.permutations(range(8)).map(lambda places: places[:2]))
def test_any_two_characters_that_changed_places_are_found(reference, places):
    said = list(reference.replace("-", ""))
    first, second = places
    said[first], said[second] = said[second], said[first]
    wrong = format_reference("".join(said))
    assert read_reference(wrong) == (reference if wrong == reference else None)


@given(st.text(max_size=20))
def test_any_input_is_a_reference_or_none(said):
    read = read_reference(said)
    assert read is None or read_reference(read) == read


@pytest.mark.django_db
def test_taken_reference_is_drawn_again(monkeypatch):
    taken, free = an_enquiry().reference, make_reference()
    drawn = iter([taken, free])
    monkeypatch.setattr(Enquiry._meta.get_field("reference"), "_get_default", lambda: next(drawn))
    assert an_enquiry().reference == free
