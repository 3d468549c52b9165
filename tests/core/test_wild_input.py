"""Malformed input in URLs and forms gets a suitable status and text, never a server error."""

import logging

import pytest
from django.db import DatabaseError
from django.test import Client

from news.models import Category
from tests.factories import NOON, a_message
from tests.helpers.message_form import a_draft, opened_form, post_form, stored_headline
from tests.helpers.wsgi import request_page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.slow, pytest.mark.usefixtures("clock")]
at_the_front = pytest.mark.django_db(transaction=True)


# The desk's lists


@pytest.mark.one_database
@pytest.mark.parametrize("rows", ["pages/page", "auth/user", "news/category", "counters/counter", "consular/office"])
@pytest.mark.parametrize(
    "query", ["title__regex=(", "id__regex=(", "pk__in=x", "password__startswith=a", "id__gt=9e999"]
)
def test_changelists_accept_only_lookups_of_their_filters(admin_client, rows, query):
    assert admin_client.get(f"/admin/{rows}/?{query}").status_code in (302, 400)


@pytest.mark.one_database
def test_an_unknown_lookup_is_400(admin_client):
    answer = admin_client.get("/admin/pages/page/?title__regex=(")
    assert (answer.status_code, "Bad request" in answer.content.decode()) == (400, True)


@pytest.mark.one_database
def test_the_list_of_messages_redirects_from_unknown_parameters(admin_client):
    assert admin_client.get("/admin/news/message/?title__regex=(").status_code == 302


@pytest.mark.one_database
@pytest.mark.parametrize("year", ["020201", "0202", "02020", "٢٠٢٠", "2020 ", "-2020", "2" * 5000])
def test_an_invalid_year_filters_nothing(admin_client, year):
    a_message(headline="Still there.")
    answer = admin_client.get("/admin/news/message/", {"year": year})
    assert (answer.status_code, "Still there." in answer.content.decode()) == (200, True)


# The archive


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path", ["020201/", "02020/", "0202/", "2020/011/", "2020/1/", "2020/13/", "0000/", "9999/12/"]
)
def test_an_invalid_year_or_month_is_404(client, path):
    a_message()
    assert client.get(f"/messages/{path}").status_code == 404


@pytest.mark.one_database
def test_the_archive_ignores_a_year_parameter(client):
    a_message(headline="Still there.")
    assert "Still there." in client.get("/messages/?year=020201").content.decode()


# Forms


@pytest.mark.parametrize("name", ["version", "overwrite", "seen"])
def test_a_version_of_5000_digits_does_not_exist(admin_client, name):
    draft = a_draft()
    status, _ = post_form(admin_client, draft, opened_form(admin_client, draft, headline="Mine") | {name: "9" * 5000})
    assert status == (200 if name == "version" else 302)
    assert stored_headline(draft) == ("The first headline" if name == "version" else "Mine")


@pytest.mark.one_database
@pytest.mark.parametrize(
    "body", ["<![foo[bar]>", "<p>Text.</p><![foo[bar]>", "<![CDATA[<p>Text.</p>]]>", "<!", "<![", "<?a"]
)
def test_a_declaration_in_the_text_breaks_neither_form_nor_page(admin_client, client, body):
    draft = a_draft()
    status, _ = post_form(admin_client, draft, opened_form(admin_client, draft, body=body, lead="A lead."))
    assert status == 302
    draft.refresh_from_db()
    draft.approve(at=NOON)
    assert client.get(draft.get_absolute_url()).status_code == 200


# Addresses with too much in them


def many(count=101):
    return "/messages/?" + "&".join(f"before={n}" for n in range(count))


@pytest.mark.one_database
@at_the_front
@pytest.mark.parametrize("path", [many(), many(5000), many(5000).replace("/messages/", "/admin/")])
def test_too_many_parameters_are_400_with_the_usual_headers(path):
    answer = request_page(path)
    assert (answer.status, "Bad request" in answer.text) == (400, True)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.one_database
@at_the_front
def test_too_many_parameters_are_logged_as_a_warning(caplog):
    with caplog.at_level(logging.DEBUG):
        request_page(many())
    assert [record.levelname for record in caplog.records if record.levelno >= logging.WARNING] == ["WARNING"]


@pytest.mark.one_database
@at_the_front
def test_a_hundred_parameters_are_allowed():
    assert request_page(many(100).replace("before", "utm")).status == 200


# When something is wrong on our side


@pytest.mark.one_database
@at_the_front
def test_a_page_without_its_menu_is_not_cached(monkeypatch):
    a_message()

    def away(*args, **kwargs):
        raise DatabaseError("gone in the middle")

    with monkeypatch.context() as broken:
        broken.setattr("embassy.context_processors.Office.objects.for_header", away)
        assert request_page("/messages/").status == 500
    assert request_page("/messages/").status == 200
    assert "Statements" in request_page("/messages/").text


@pytest.mark.one_database
@at_the_front
def test_the_error_page_needs_no_menu(monkeypatch):
    Category.objects.create(name="Statements", slug="statements")

    def away(*args, **kwargs):
        raise DatabaseError("gone in the middle")

    monkeypatch.setattr("embassy.context_processors.fetch_rows", away)
    answer = request_page("/messages/")
    assert (answer.status, "Something went wrong on our side" in answer.text) == (500, True)
    assert "Statements" not in answer.text


@pytest.mark.one_database
def test_the_error_page_needs_no_styles(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    manifest = {"BACKEND": "richtext.static_storage.ManifestStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": manifest}
    client = Client(raise_request_exception=False)
    answer = client.get("/messages/")
    assert (answer.status_code, "Something went wrong on our side" in answer.content.decode()) == (500, True)
    assert (answer["Cache-Control"], "<link" in answer.content.decode()) == ("no-store", False)
