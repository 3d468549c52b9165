"""What a word is, in texts and in what somebody types: everything is folded, nothing speaks to an engine."""

from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from news.search.query import Refused, Term, read
from news.search.text import fold_any, spans, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Élysée ÉLYSÉE Elyse\u0301e", ["elysee"] * 3),
        ("ещё еще ЕЩЁ", ["еще"] * 3),
        ("Йод и иод", ["йод", "и", "иод"]),
        ("Russia’s Russia's Russiaʹs", ["russia", "s"] * 3),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("Nord–Stream Nord-Stream", ["nord", "stream"] * 2),
        ("Øresund Łódź Đà", ["oresund", "lodz", "da"]),
        ("co\u00adoperation \u200ebidi\u202e", ["cooperation", "bidi"]),
        ("snake_case 1,000 S-400", ["snake", "case", "1", "000", "s", "400"]),
        ("外交部 ﬁne", ["外", "交", "部", "fine"]),
        ("\x00 \ud800 😀 … |", []),
        ("مُحَمَّد", ["محمد"]),
    ],
)
def test_a_text_has_these_words(text, expected):
    assert words(text) == expected


@given(st.text(max_size=200))
@example("\u0e33\u0eb3\u0edc\u309f")  # letters of which NFKD makes two
def test_words_are_folded_once_and_for_all(text):
    assert [words(word) for word in words(text)] == [[word] for word in words(text)]


@given(st.text(max_size=200))
def test_words_are_found_again_where_they_stand(text):
    assert [word for _start, _end, word in spans(normalize("NFC", text))] == words(text)


@given(st.text(max_size=200))
def test_no_word_can_speak_to_an_engine(text):
    assert not set("".join(words(text))) & set("\"'\\:*&|!()<>-+^{}[] \x00%_·§¹²\ud800")


def test_what_is_typed_is_read_as_words_phrases_and_minuses():
    assert read("“Two Words” −none o'brien begin").terms == (
        Term(("two", "words")),
        Term(("none",), excluded=True),
        Term(("o", "brien")),
        Term(("begin",), begins=True),
    )


@pytest.mark.parametrize("typed", ["", "   ", "😀", "-only", '""', "\x00", "\ud800", "*", "x" * 10_000, "a " * 60])
def test_what_can_not_be_searched_for_gets_a_sentence(typed):
    with pytest.raises(Refused, match=r"^[A-Z].*[.]$"):
        read(typed)


MOSTLY_COMMON = st.text(
    st.one_of(st.characters(), st.sampled_from("aZ9 ’“—\xa0ЯёйЁıß-\u0301\u0308\u2028\u200b")), max_size=60
)


@given(MOSTLY_COMMON)
def test_the_short_ways_to_words_lead_where_the_long_one_does(text):
    assert words(text) == [word[:64] for word in fold_any(text)]
