"""Search in many scripts: different keyboards and spellings find the same words."""

import pytest

from search import indexer, schema
from search.folding import FOLDING_VERSION
from search.models import IndexState, ReindexQueue, SearchDocument
from search.query_parser import parse_query
from search.tokenizer import spell_words, split_words
from tests.factories import a_message
from tests.helpers.searches import headlines

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]


# Each is one word, however it is written: any of them finds any other.
SAME = [
    # Arabic: teh marbuta, alef maksura, alef with and without hamza, tatweel, harakat, ligatures, presentation forms
    ["القاهرة", "القاهره", "القـــاهرة", "الْقَاهِرَة", "\ufe8d\ufedf\ufed8\ufe8e\ufeeb\ufeae\ufe93"],
    ["الدولى", "الدولي", "الدولی"],
    ["أحمد", "احمد", "إحمد", "ٱحمد"],
    ["لاجئون", "\ufefbجئون"],
    ["آسيا", "اسيا"],
    ["الله", "\ufdf2"],
    # Persian, Urdu and Kurdish keyboards
    ["کتاب", "كتاب", "ڪتاب"],
    ["ایران", "ايران"],
    ["می\u200cشود", "میشود", "ميشود"],
    ["جمہوریہ", "جمهوريه"],
    # Digits
    ["2020", "٢٠٢٠", "۲۰۲۰", "２０２０", "२०२०", "𝟐𝟎𝟐𝟎"],
    # Hebrew: points, final forms, geresh and gershayim, which keyboards write as quotes
    ["שלום", "שָׁלוֹם", "שלומ"],
    ["צה״ל", 'צה"ל', "צה”ל", "צהל"],
    ["ג׳ורג׳", "ג'ורג'", "ג’ורג’", "גורג"],
    ['דו"חות', "דו״חות", "דוחות"],
    ["ײדיש", "יידיש"],
    # Cyrillic
    ["ещё", "еще", "ЕЩЁ"],
    ["ґанок", "ганок"],
    ["Україна", "УКРАЇНА", "Укра\u0456\u0308на"],
    ["воўк", "воук"],
    ["Қазақстан", "Казакстан"],
    ["за\u0301мок", "замок"],
    # Latin
    ["Straße", "STRASSE", "strasse", "STRAẞE"],
    ["Øresund", "Oresund"],
    ["Łódź", "Lodz"],
    ["Æther", "aether"],
    ["Đà", "Da", "Ða"],
    ["İstanbul", "istanbul", "ISTANBUL", "Istanbul", "ıstanbul"],
    ["Əliyev", "Eliyev"],
    ["Þór", "Thor"],
    ["col·lecció", "coŀlecció", "colleccio"],
    ["ﬁnance", "finance", "ｆｉｎａｎｃｅ"],
    ["co\u00adoperation", "co\u200boperation", "cooperation", "coop\u2060eration", "co\u061coperation"],
    # Greek: final sigma, accents
    ["Ελλάς", "ΕΛΛΑΣ", "ελλασ", "ελλάσ"],
    ["ταΐζω", "ΤΑΪΖΩ", "ταιζω"],
    # Devanagari: nukta, anusvara; kana of half width; a variant of an ideograph
    ["क़लम", "कलम"],
    ["हिँदी", "हिंदी"],
    ["ガ", "ｶﾞ", "カ\u3099"],
    ["葛", "葛\U000e0100"],
]


@pytest.mark.one_database
@pytest.mark.parametrize("forms", SAME, ids=lambda forms: forms[0])
def test_all_forms_of_a_word_are_folded_to_one(forms):
    folded = {form: split_words(form) for form in forms}
    assert folded == dict.fromkeys(forms, folded[forms[0]])
    assert len(folded[forms[0]]) == 1


@pytest.mark.parametrize("forms", SAME, ids=lambda forms: forms[0])
def test_a_message_is_found_by_each_form_of_its_word(forms):
    for number, form in enumerate(forms):
        a_message(headline=f"{number} | {form} |")
    for form in forms:
        assert len(headlines(form)) == len(forms), form


# A typed word is looked for in each of its spellings, which a text does not have.
SPELT = [
    ("مسؤول", "مسئول"),
    ("مسئول", "مسؤول"),
    ("مؤتمر", "موتمر"),
    ("رئيس", "رييس"),
    ("شيء", "شئ"),
    ("شئ", "شيء"),
    ("شؤون", "شئون"),
    ("قراءة", "قرائة"),
    ("هيأة", "هيئة"),
    ("ضوء", "ضؤ"),
    ("Mueller", "Müller"),
    ("Muller", "Müller"),
    ("Aarhus", "Århus"),
    ("Goeteborg", "Göteborg"),
]


@pytest.mark.parametrize(("written", "typed"), SPELT)
def test_a_typed_word_finds_each_of_its_spellings(written, typed):
    a_message(headline=f"The {written} speaks"), a_message(headline="Another")
    assert headlines(typed) == headlines(f'"{typed} speaks"') == [f"The {written} speaks"]
    assert headlines(f"speaks -{typed}") == []


def test_a_word_has_few_spellings():
    assert all(len(ways) <= 8 for ways in spell_words("ؤئأءؤئأءؤئأء äöüåøäöüåø"))


def test_a_found_spelling_is_marked(client):
    a_message(headline="مسؤول كبير")
    assert "<mark>مسؤول</mark>" in client.get("/search/", {"q": "مسئول"}).content.decode()


# Characters between words


@pytest.mark.parametrize(
    "written",
    ["O’Brien", "O'Brien", "OʼBrien", "O‘Brien", "O`Brien", "O´Brien", "O＇Brien", "O‛Brien", "Oʹbrien", "O-Brien"],
)
def test_apostrophes_and_hyphens_of_every_shape_separate_words_alike(written):
    assert split_words(written) == ["o", "brien"]


@pytest.mark.parametrize("dash", "-‐‑‒–—―−﹣－־")
def test_dashes_of_every_script_separate_words(dash):
    assert split_words(f"תל{dash}אביב") == ["תל", "אביב"]


@pytest.mark.parametrize("quotes", ["“{}”", "„{}“", "«{}»", "»{}«", "「{}」", "『{}』", '"{}"', "＂{}＂", "《{}》"])
def test_quotes_of_every_language_make_a_phrase(quotes):
    assert parse_query(quotes.format("peace treaty")).terms[0].words == ("peace", "treaty")


@pytest.mark.parametrize("minus", ["-", "−", "–", "－", "\u200f-", "\u202b-", "\u2067-", "\ufeff-"])
def test_a_minus_after_a_direction_mark_excludes(minus):
    assert [term.excluded for term in parse_query(f"сирия {minus}visa").terms] == [False, True]


@pytest.mark.parametrize("space", "\u3000\u00a0\u2003\u2009\u202f\u1680\t")
def test_spaces_of_every_width_separate_words(space):
    a_message(headline="visa treaty")
    assert headlines(f"visa{space}treaty") == ["visa treaty"]


@pytest.mark.parametrize(
    ("written", "typed"), [("在北京外交部发言", "外交部"), ("กระทรวงการต่างประเทศ", "การต่าง"), ("東京で会談", "会談")]
)
def test_a_text_without_spaces_is_found_by_any_part(written, typed):
    a_message(headline=written)
    assert headlines(typed) == [written]


def test_a_headline_of_a_script_without_spaces_can_be_searched_for_as_a_whole():
    headline = "外交部发言人就当前国际形势和地区热点问题回答中外记者提问并介绍近期双边高层交往的安排与主要成果"
    a_message(headline=headline)
    assert len(headline) > 40 and headlines(headline) == [headline]


def test_a_quotation_after_a_hebrew_letter_is_not_an_abbreviation():
    assert split_words('ב"הארץ" היום') == split_words("ב הארץ היום")


# An index of other rules


def test_migrate_rebuilds_an_index_of_another_version():
    a_message(headline="Rules")
    SearchDocument.objects.update(words=" otherwise ")
    IndexState.objects.update(folding=FOLDING_VERSION - 1)
    schema.index_after_migration("default", may_be_stale=False)
    assert (headlines("rules"), indexer.is_outdated()) == (["Rules"], False)


def test_migrate_keeps_an_index_of_this_version():
    a_message(headline="Rules")
    SearchDocument.objects.update(words=" otherwise ")
    schema.index_after_migration("default", may_be_stale=False)
    assert headlines("rules") == []


def test_a_large_index_of_another_version_needs_build_search(monkeypatch, capsys):
    from django.core.management import call_command

    monkeypatch.setattr(schema, "MAX_INDEXED_BY_MIGRATE", 0)
    a_message(headline="Rules")
    IndexState.objects.all().delete()
    schema.index_after_migration("default", may_be_stale=False)
    assert "manage.py build_search" in capsys.readouterr().out
    before = ReindexQueue.objects.count()
    call_command("build_search", "--quiet")
    assert (before, ReindexQueue.objects.count(), headlines("rules")) == (1, 0, ["Rules"])


def test_build_search_rebuilds_an_index_of_another_version():
    from django.core.management import call_command

    a_message(headline="Rules")
    SearchDocument.objects.update(words=" otherwise ")
    IndexState.objects.update(folding=FOLDING_VERSION + 1)
    call_command("build_search", "--quiet")
    assert (headlines("rules"), indexer.is_outdated()) == (["Rules"], False)
