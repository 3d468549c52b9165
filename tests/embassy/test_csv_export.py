"""CSV export of the list of messages: complete, permission-checked, safe in a spreadsheet."""

import csv
import io

import pytest
from django.contrib.auth import get_user_model

from news.admin import csv_export
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
def test_a_cell_that_starts_like_a_formula_is_escaped(start):
    assert csv_export.escape_formula(f'{start}HYPERLINK("x")') == f'\'{start}HYPERLINK("x")'


@pytest.mark.parametrize("end", [";", "; ", "\n", "\r\n", "\t", ';"', "\n\u00a0"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝"])
def test_a_formula_after_a_semicolon_is_escaped(end, sign):
    assert csv_export.escape_formula(f"Talks{end}{sign}1+1") == f"Talks{end}'{sign}1+1"


@pytest.mark.parametrize("text", ["Talks – a + b = c", "a; b", "x@example.org", "https://example.org/?a=-1", "'=1", ""])
def test_other_signs_are_not_changed(text):
    assert csv_export.escape_formula(text) == text


def test_other_cells_are_not_changed(admin_client):
    a_message(headline='На “мир”, "да"; 1=1', lead="Line\nbreak")
    (row,) = rows(admin_client.get(ADDRESS))
    assert (row["Headline"], row["Lead"], row["State"]) == ('На “мир”, "да"; 1=1', "Line\nbreak", "published")
    assert row["Web address"].startswith("http://testserver/messages/2020/11/23/")


def test_a_formula_in_a_headline_is_escaped_in_the_export(admin_client):
    a_message(headline="=1+1", source_name="@SUM(A1)")
    (row,) = rows(admin_client.get(ADDRESS))
    assert (row["Headline"], row["Source"]) == ("'=1+1", "'@SUM(A1)")


def test_the_export_uses_the_filters_of_the_list(admin_client):
    a_message(headline="Out", publish_at=NOON)
    a_message(headline="Draft", publish_at=None)
    assert [row["Headline"] for row in rows(admin_client.get(f"{ADDRESS}?state=draft"))] == ["Draft"]


def test_selected_rows_can_be_exported(admin_client):
    chosen, _other = a_message(headline="Chosen"), a_message()
    data = {"action": "save_as_table", "_selected_action": [chosen.pk]}
    found = rows(admin_client.post("/admin/news/message/", data))
    assert [row["Headline"] for row in found] == ["Chosen"]


def test_a_long_list_is_streamed(admin_client, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(csv_export, "CHUNK_SIZE", 10)
    category = a_category()
    for _ in range(25):
        a_message(category=category)
    response = admin_client.get(ADDRESS)
    with django_assert_max_num_queries(3):
        assert len(list(response.streaming_content)) == 4


def test_the_export_needs_view_permission(client):
    officer = get_user_model().objects.create_user("consul", is_staff=True)
    client.force_login(officer)
    assert client.get(ADDRESS).status_code == 403
    client.logout()
    assert client.get(ADDRESS).status_code == 302


def test_an_invalid_filter_redirects_to_the_list(admin_client):
    assert admin_client.get(f"{ADDRESS}?headline__regex=(").status_code == 302


def test_the_list_links_to_its_export(admin_client):
    page = admin_client.get("/admin/news/message/?state=draft").content.decode()
    assert f'href="{ADDRESS}?state=draft"' in page
