"""Redirects of categories: each way to change a slug leaves one."""

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from news.models import Category
from tests.factories import a_category, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def by_save(category):
    category.slug = "texts"
    category.save()


def by_update(category):
    Category.objects.filter(pk=category.pk).update(slug="texts", name="Texts")


def by_bulk_update(category):
    category.slug = "texts"
    Category.objects.bulk_update([category], ["slug"])


def by_expression(category):
    Category.objects.filter(pk=category.pk).update(slug=Value("texts"))


@pytest.mark.parametrize("change", [by_save, by_update, by_bulk_update, by_expression])
def test_the_former_url_of_a_category_redirects(client, change):
    a_message()
    change(a_category())
    answer = client.get("/messages/statements/")
    assert (answer.status_code, answer["Location"]) == (301, "/messages/texts/")
    assert client.get("/messages/texts/").status_code == 200


def test_a_bulk_change_of_slugs_redirects_each(client):
    rows = [a_category(slug) for slug in ("speeches", "comments")]
    assert Category.objects.update(slug=Concat(F("slug"), Value("-old"))) == 2
    locations = [client.get(f"/messages/{row.slug}/")["Location"] for row in rows]
    assert locations == ["/messages/speeches-old/", "/messages/comments-old/"]


def test_other_updates_leave_no_redirect():
    a_category()
    Category.objects.update(slug="statements", name="Statements of ours")
    assert not Category.objects.get().redirects.exists()
