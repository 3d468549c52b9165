"""The tokeniser and the query parser."""

from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.query_parser import InvalidQuery, Term, parse_query
from search.tokenizer import fold_any_script, split_words, word_spans


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
    assert split_words(text) == expected


@given(st.text(max_size=200))
@example("\u0e33\u0eb3\u0edc\u309f")  # letters of which NFKD makes two
def test_folding_is_idempotent(text):
    assert [split_words(word) for word in split_words(text)] == [[word] for word in split_words(text)]


@given(st.text(max_size=200))
def test_spans_point_at_the_words(text):
    assert [word for _start, _end, word in word_spans(normalize("NFC", text))] == split_words(text)


@given(st.text(max_size=200))
def test_words_never_contain_query_syntax(text):
    assert not set("".join(split_words(text))) & set("\"'\\:*&|!()<>-+^{}[] \x00%_·§¹²\ud800")


def test_a_query_is_parsed_into_words_phrases_and_exclusions():
    assert parse_query("“Two Words” −none o'brien begin").terms == (
        Term(("two", "words")),
        Term(("none",), excluded=True),
        Term(("o", "brien")),
        Term(("begin",), is_prefix=True),
    )


@pytest.mark.parametrize("typed", ["", "   ", "😀", "-only", '""', "\x00", "\ud800", "*", "x" * 10_000, "a " * 60])
def test_an_invalid_query_has_an_error_message(typed):
    with pytest.raises(InvalidQuery, match=r"^[A-Z].*[.]$"):
        parse_query(typed)


MOSTLY_COMMON = st.text(
    st.one_of(st.characters(), st.sampled_from("aZ9 ’“—\xa0ЯёйЁıß-\u0301\u0308\u2028\u200b")), max_size=60
)


@given(MOSTLY_COMMON)
def test_the_fast_paths_give_the_same_words(text):
    assert split_words(text) == [word[:64] for word in fold_any_script(text)]
