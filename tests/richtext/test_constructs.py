"""The table of constructs, through the field of a form and through the import: it arrives, or it is named."""

import pytest

from news.models import Message
from richtext.convert import describe
from richtext.fields import RichTextFormField
from tests.helpers.constructs import BODY, CONSTRUCTS, FIELD, without_lines
from tests.helpers.imports import import_messages


def rows(way):
    return [pytest.param(row, id=row.name) for row in CONSTRUCTS if way in row.ways]


def test_each_row_has_a_name_of_its_own():
    assert len({row.name for row in CONSTRUCTS}) == len(CONSTRUCTS)


@pytest.mark.parametrize("row", rows(FIELD))
def test_a_construct_arrives_through_the_form_or_is_named(row):
    field = RichTextFormField()
    assert without_lines(field.clean(row.html)) == row.demanded
    assert sorted(loss.kind for loss in field.losses) == sorted(row.losses)
    assert len(describe(field.losses)) >= len(set(row.losses))


@pytest.mark.parametrize("row", rows(FIELD))
def test_what_a_construct_became_is_saved_again_unchanged_and_without_a_word(row):
    field = RichTextFormField()
    assert without_lines(field.clean(row.demanded)) == row.demanded
    assert field.losses == ()


@pytest.mark.django_db
@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in CONSTRUCTS if BODY in row.ways])
def test_a_construct_arrives_in_an_imported_body(row, tmp_path):
    import_messages(tmp_path, {"body": row.html})
    assert without_lines(Message.objects.get().body) == row.demanded
