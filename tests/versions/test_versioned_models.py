"""Everything public has versions: counters, categories, notices and pages by the same code."""

from functools import partial

import pytest

from tests.factories import a_category, a_counter, a_notice, a_page
from tests.helpers.versioned_forms import (
    admin_url,
    compared,
    fields_in,
    numbers,
    opened_form,
    post_form,
    restore,
    save_as_colleague,
    stored,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# A factory, a text field, and a field that is not restored with a value that differs from the factory's.
MODELS = {
    "page": (partial(a_page, shown=False), "title", ("order", 7)),
    "counter": (a_counter, "incident", ("order", 7)),
    "category": (a_category, "name", ("order", 7)),
    "notice": (a_notice, "sentence", None),
}


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]


@pytest.fixture
def row(model):
    factory, text, _other = model
    return factory(**{text: "The first text"})


@pytest.fixture
def text(model):
    return model[1]


def test_a_save_in_the_admin_is_listed_with_its_reason(admin_client, row, text):
    form = opened_form(admin_client, row, **{text: "The second text", "change_reason": "Why it was changed."})
    assert post_form(admin_client, row, form)[0] == 302
    listed = admin_client.get(admin_url(row, "history")).content.decode()
    assert "Why it was changed." in listed
    assert (row.history.latest().history_user.username, getattr(stored(row), text)) == ("admin", "The second text")


def test_two_versions_are_compared_word_by_word(admin_client, row, text):
    save_as_colleague(row, **{text: "The second text"})
    shown = compared(admin_client, row, *numbers(row))
    assert "<del>first</del>" in shown and "<ins>second</ins>" in shown


def test_restoring_saves_a_new_version_and_leaves_where_the_row_appears(admin_client, row, model):
    _factory, text, other = model
    save_as_colleague(row, **{text: "The second text"} | dict([other] if other else []))
    restore(admin_client, row, numbers(row)[0])
    assert (getattr(stored(row), text), len(numbers(row))) == ("The first text", 3)
    assert other is None or getattr(stored(row), other[0]) == other[1]


@pytest.mark.both_databases
def test_a_stale_save_is_refused_and_keeps_what_was_typed(admin_client, row, text):
    form = opened_form(admin_client, row, **{text: "Mine"})
    save_as_colleague(row, **{text: "Theirs"})
    status, shown = post_form(admin_client, row, form)
    assert (status, getattr(stored(row), text), fields_in(shown, row)[text]) == (200, "Theirs", "Mine")
    assert "<mark>Mine</mark>" in shown and "<mark>Theirs</mark>" in shown


@pytest.mark.both_databases
def test_every_bulk_write_adds_versions(row, text):
    model = type(row)
    model.objects.filter(pk=row.pk).update(**{text: "By update"})
    setattr(row, text, "By bulk_update")
    model.objects.bulk_update([row], [text])
    texts = row.history.order_by("history_id").values_list(text, flat=True)
    assert list(texts) == ["The first text", "By update", "By bulk_update"]
