"""Search boxes of the admin ignore case in all scripts, on both databases."""

import pytest
from django.contrib.auth import get_user_model

from core.folded_search import fold_case
from news.models import Message
from tests.factories import a_category, a_counter, a_message, a_notice, a_page, a_topic, an_office

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def manager(client):
    user = get_user_model().objects.create_superuser("anna", "anna@example.org", "a long password")
    client.force_login(user)
    return user


def is_found(client, path, typed):
    answer = client.get(path, {"q": typed})
    assert answer.status_code == 200
    return len(answer.context["cl"].result_list) == 1


WRITTEN_AND_TYPED = [
    ("Заявление МИД России", "мид"),
    ("Брифинг представителя", "БРИФИНГ"),
    ("Ещё раз о Королёве", "королеве"),
    ("Еще раз о Королеве", "КОРОЛЁВЕ"),
    ("Élysée", "élysée"),
    ("Élysée", "ÉLYSÉE"),
    ("Ελλάδα", "ΕΛΛΑΔΑ"),
    ("ΟΔΟΣ", "οδός"),
    ("Ταΐζω", "ΤΑΙΖΩ"),
    ("İstanbul", "istanbul"),
    ("Diyarbakır", "DIYARBAKIR"),
    ("Große Straße", "STRASSE"),
    ("GROSSE STRASSE", "straße"),
    ("Հայաստան", "ՀԱՅԱՍՏԱՆ"),
    ("100 % of 5_000", "% of 5_"),
    ("Plain ASCII", "pLAIN ascii"),
]


# The rest is tested below, without the page.
@pytest.mark.parametrize(("written", "typed"), [WRITTEN_AND_TYPED[0], WRITTEN_AND_TYPED[2], WRITTEN_AND_TYPED[-2]])
@pytest.mark.parametrize("field", ["headline", "lead"])
def test_search_ignores_case_in_headline_and_lead(client, field, written, typed):
    a_message(**{"headline": "Another", field: written})
    a_message(headline="Something else")
    assert is_found(client, "/admin/news/message/", typed)


LISTS = {
    "/admin/news/category/": lambda text: a_category("briefings", name=text),
    "/admin/pages/page/": lambda text: a_page(title=text),
    "/admin/counters/counter/": lambda text: a_counter(incident=text),
    "/admin/consular/topic/": lambda text: a_topic(name=text),
    "/admin/consular/office/": lambda text: an_office(name=text),
    "/admin/consular/notice/": lambda text: a_notice(sentence=text),
    "/admin/auth/user/": lambda text: get_user_model().objects.create_user("b", "b@example.org", last_name=text),
}


@pytest.mark.parametrize("path", LISTS)
def test_every_list_with_a_search_ignores_case(client, path):
    LISTS[path]("Паспорта Ёлкина")
    assert is_found(client, path, "ПАСПОРТА елкина")
    assert not is_found(client, path, "паспортов")


def test_all_text_search_fields_ignore_case():
    from django.contrib import admin
    from django.db.models import CharField, TextField

    for model, desk in admin.site._registry.items():
        for name in desk.get_search_fields(None):
            column = name.split("__")[0]
            if name == column and isinstance(model._meta.get_field(column), CharField | TextField):
                raise AssertionError(f"{model.__name__}.{name} minds case on SQLite")


@pytest.mark.parametrize("typed", ["'", '"', "%", "_", "\\", "«»", " ", "x" * 10_000, "\u202e", "\u0301", "😀", "ς"])
def test_wild_searches_get_a_list(client, typed):
    a_message(headline="Plain")
    assert client.get("/admin/news/message/", {"q": typed}).status_code == 200


@pytest.mark.parametrize(("written", "typed"), WRITTEN_AND_TYPED)
def test_the_database_lowercases_like_python(written, typed):
    a_message(headline=written)
    assert (fold_case(typed) in fold_case(written)) is Message.objects.filter(headline__folds=typed).exists() is True
