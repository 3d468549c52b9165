"""The list of messages as CSV: whole, for whoever may see it, and harmless in a spreadsheet."""

import csv
import io

import pytest
from django.contrib.auth import get_user_model

from news.admin import tables
from tests.factories import NOON, a_category, a_message

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/news/message/csv/"


def rows(response):
    content = b"".join(response.streaming_content)
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


BEGINNINGS = [
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    " =",
    "＝",
    "＋",
    "－",
    "＠",
    "\u00a0=",
    "\u200b@",
    "\x0b+",
    "\u3000-",
]


@pytest.mark.parametrize("start", BEGINNINGS)
def test_a_cell_that_begins_like_a_formula_is_a_text(start):
    assert tables.harmless(f'{start}HYPERLINK("x")') == f'\'{start}HYPERLINK("x")'


@pytest.mark.parametrize("end", [";", "; ", "\n", "\r\n", "\t", ';"', "\n\u00a0"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝"])
def test_a_formula_inside_a_cell_is_a_text_where_semicolons_part_the_cells(end, sign):
    assert tables.harmless(f"Talks{end}{sign}1+1") == f"Talks{end}'{sign}1+1"


@pytest.mark.parametrize("text", ["Talks – a + b = c", "a; b", "x@example.org", "https://example.org/?a=-1", "'=1", ""])
def test_signs_elsewhere_in_a_cell_stay_as_they_are(text):
    assert tables.harmless(text) == text


def test_other_cells_stay_as_they_are(admin_client):
    a_message(headline='На “мир”, "да"; 1=1', lead="Line\nbreak")
    (row,) = rows(admin_client.get(ADDRESS))
    assert (row["Headline"], row["Lead"], row["State"]) == ('На “мир”, "да"; 1=1', "Line\nbreak", "published")
    assert row["Address"].startswith("http://testserver/messages/2020/11/23/")


def test_a_formula_in_a_headline_reaches_no_spreadsheet(admin_client):
    a_message(headline="=1+1", source_name="@SUM(A1)")
    (row,) = rows(admin_client.get(ADDRESS))
    assert (row["Headline"], row["Source"]) == ("'=1+1", "'@SUM(A1)")


def test_the_table_has_the_filters_of_the_list(admin_client):
    a_message(headline="Out", publish_at=NOON)
    a_message(headline="Draft", publish_at=None)
    assert [row["Headline"] for row in rows(admin_client.get(f"{ADDRESS}?state=draft"))] == ["Draft"]


def test_the_chosen_rows_are_a_table_too(admin_client):
    chosen, _other = a_message(headline="Chosen"), a_message()
    data = {"action": "save_as_table", "_selected_action": [chosen.pk]}
    found = rows(admin_client.post("/admin/news/message/", data))
    assert [row["Headline"] for row in found] == ["Chosen"]


def test_a_long_list_goes_out_in_parts(admin_client, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(tables, "ROWS", 10)
    category = a_category()
    for _ in range(25):
        a_message(category=category)
    response = admin_client.get(ADDRESS)
    with django_assert_max_num_queries(3):
        assert len(list(response.streaming_content)) == 4


def test_only_who_may_see_messages_gets_the_table(client):
    officer = get_user_model().objects.create_user("consul", is_staff=True)
    client.force_login(officer)
    assert client.get(ADDRESS).status_code == 403
    client.logout()
    assert client.get(ADDRESS).status_code == 302


def test_a_filter_that_is_none_leads_to_the_list(admin_client):
    assert admin_client.get(f"{ADDRESS}?headline__regex=(").status_code == 302


def test_the_list_offers_its_table_with_its_filters(admin_client):
    page = admin_client.get("/admin/news/message/?state=draft").content.decode()
    assert f'href="{ADDRESS}?state=draft"' in page
