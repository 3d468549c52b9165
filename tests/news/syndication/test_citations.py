"""Citations of a message: BibTeX, RIS, and quotation marks in the citation on its page."""

import re

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from core.text_fields import clean_line
from news.models import Message
from news.syndication.citations import escape_latex, quote_inside
from news.templatetags.citations import keep_names_whole
from tests.factories import HOUR, NOON, a_message

LATEX_COMMAND = re.compile(r"\\text(backslash|braceleft|braceright|asciitilde|asciicircum)\{\}|\\([$&%#_])")
SHOWN = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciitilde": "~", "asciicircum": "^"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def read_bibtex(text):
    """Return type, key and fields of the only entry, read as BibTeX does: it counts all braces, escaped ones too."""
    kind, key, rest = re.fullmatch(r"@(\w+)\{([\w-]+),\n(.*)\}\n", text, re.DOTALL).groups()
    fields, depth, item = {}, 0, ""
    for character in rest:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
        if character == "," and depth == 0:
            name, value = (part.strip() for part in item.split("=", 1))
            fields[name], item = value, ""
        else:
            item += character
    assert (depth, item.strip()) == (0, "")
    return kind, key, fields


def typeset(value):
    """Return what LaTeX prints of a field that has no commands but those of the escapes."""
    bare = LATEX_COMMAND.sub("", value.removeprefix("{{").removesuffix("}}"))
    assert not set(bare) & set("\\{}~^$&%#_"), value
    return LATEX_COMMAND.sub(lambda match: match[2] or SHOWN[match[1]], value.removeprefix("{{").removesuffix("}}"))


def read_ris(text):
    """Return the fields of the only record."""
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) and "\n" not in line for line in lines), lines
    return [tuple(line.split("  - ", 1)) for line in lines]


def citation(client, message, kind):
    response = client.get(f"{message.get_absolute_url()}citation.{kind}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_a_message_is_cited_in_bibtex(client):
    message = a_message(headline="On the talks", publish_at=NOON)
    assert read_bibtex(citation(client, message, "bib")) == (
        "misc",
        "message-2020-11-24-on-the-talks",
        {
            "author": "{{Embassy of the Republic in London}}",
            "title": "{{On the talks}}",
            "year": "{2020}",
            "month": "nov",
            "date": "{2020-11-24}",
            "language": "{en}",
            "url": "{http://testserver/messages/2020/11/24/on-the-talks/}",
        },
    )


@pytest.mark.django_db
def test_a_message_is_cited_in_ris(client):
    message = a_message(headline="О ходе переговоров", language="ru", publish_at=NOON)
    assert read_ris(citation(client, message, "ris")) == [
        ("TY", "ELEC"),
        ("AU", "Embassy of the Republic in London"),
        ("TI", "О ходе переговоров"),
        ("PB", "Embassy of the Republic in London"),
        ("PY", "2020"),
        ("DA", "2020/11/24"),
        ("LA", "ru"),
        ("UR", f"http://testserver{message.get_absolute_url()}"),
        ("ER", ""),
    ]


@pytest.mark.django_db
def test_the_date_is_that_of_the_host_country(client):
    message = a_message(publish_at=NOON.replace(month=6, hour=23, minute=30), approved_at=NOON)  # 00:30 in London
    assert "  date = {2020-06-25},\n  language" in citation(client, message, "bib")
    assert "DA  - 2020/06/25\r\n" in citation(client, message, "ris")


HEADLINES = [
    '“Two Centuries” of "Letters" – and ‘more’',
    "50 % of {x_1}, $5 & #3 ~ ^2 \\ end",
    "an open { brace",
    "a closed } brace, and } another",
    "\\{ \\} \\\\",
    "Заявление посла о 100 % «фактов»",
    "بيان السفارة {1}",
    "大使講話：「百年」",
    "TY  - JOUR ER  - @book{x, title={y}}",
    "слово " * 49 + "{%",
]


@pytest.mark.django_db
@pytest.mark.parametrize("headline", HEADLINES)
def test_every_headline_is_cited_as_it_is(client, headline):
    message = a_message(headline=headline)
    assert typeset(read_bibtex(citation(client, message, "bib"))[2]["title"]) == message.headline
    assert dict(read_ris(citation(client, message, "ris")))["TI"] == message.headline


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_escaped_for_bibtex(text):
    entry = f"@misc{{key,\n  title = {{{{{escape_latex(text)}}}}},\n}}\n"
    assert typeset(read_bibtex(entry)[2]["title"]) == clean_line(text)


@pytest.mark.django_db
def test_an_embassy_with_a_comma_in_its_name_is_one_author(client, settings):
    settings.EMBASSY_NAME = "Embassy of {A} and B,\nLondon"
    message = a_message()
    fields = dict(read_ris(citation(client, message, "ris")))
    assert (fields["AU"], fields["PB"]) == ("Embassy of {A} and B London", "Embassy of {A} and B, London")
    assert typeset(read_bibtex(citation(client, message, "bib"))[2]["author"]) == "Embassy of {A} and B, London"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("bib", "application/x-bibtex; charset=utf-8"),
        ("ris", "application/x-research-info-systems; charset=utf-8"),
    ],
)
def test_a_citation_is_a_download(client, kind, content_type):
    message = a_message(headline="Заявление посла", language="ru")
    response = client.get(f"{message.get_absolute_url()}citation.{kind}")
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="{message.slug}.{kind}"'
    assert response["X-Robots-Tag"] == "noindex"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["bib", "ris"])
def test_what_is_not_public_is_not_cited(client, kind):
    coming = a_message(publish_at=NOON + HOUR)
    unapproved = a_message(approved_at=None)
    withdrawn = a_message(headline="Taken back")
    withdrawn.withdraw("A mistake.", at=NOON)
    pages = [client.get(message.get_absolute_url()) for message in (coming, unapproved, withdrawn)]
    citations = [
        client.get(f"{message.get_absolute_url()}citation.{kind}") for message in (coming, unapproved, withdrawn)
    ]
    assert [each.status_code for each in citations] == [each.status_code for each in pages] == [404, 404, 410]
    assert b"Taken back" not in citations[2].content
    assert b"A mistake." in citations[2].content
    assert Message.objects.count() == 3


@pytest.mark.django_db
def test_a_citation_follows_a_correction_of_the_headline(client):
    message = a_message(headline="On the talks")
    before = citation(client, message, "bib")
    message.headline = "On the talks in Vienna"
    message.save()
    after = citation(client, message, "bib")
    assert ("{{On the talks}}" in before, "{{On the talks in Vienna}}" in after) == (True, True)


@pytest.mark.parametrize(
    ("headline", "quoted"),
    [
        ("On the “talks”", "On the ‘talks’"),
        ("“A ‘strong’ word”, we’d say", "‘A “strong” word’, we’d say"),
        ('On the "talks" of 5" pipes ("new")', 'On the ‘talks’ of 5" pipes (‘new’)'),
        ("„Gut“ gesagt", "‚Gut‘ gesagt"),
        ("Выставка «Письма»", "Выставка «Письма»"),
        ("“open", "‘open"),
        ("close”", "close”"),
        ("the boys’ ‘own’", "the boys’ ‘own’"),
        ("", ""),
    ],
)
def test_quotation_marks_in_a_citation_are_single(headline, quoted):
    assert quote_inside(headline) == quoted


@pytest.mark.parametrize(
    ("headline", "shown"),
    [
        ("Life post-COVID-19", "Life post-COVID\u201119"),
        ("Т-34 и 2020-2021", "Т\u201134 и 2020-2021"),
        ("A 5-year plan", "A 5-year plan"),
        ("x_-1", "x_-1"),
    ],
)
def test_a_name_with_a_figure_is_not_broken(headline, shown):
    assert keep_names_whole(headline) == shown
