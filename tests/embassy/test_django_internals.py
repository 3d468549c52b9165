"""Undocumented parts of Django that we use: an upgrade that changes them fails here first."""

from django.contrib import admin
from django.db import connection, models
from django.db.models.fields.files import FieldFile
from django.test import TransactionTestCase

from core.datetime_fields import ZonedDateTimeField
from news.models import Message


def test_a_connection_reads_its_settings_from_an_attribute_that_can_be_replaced():
    kept = connection.settings_dict
    try:
        connection.settings_dict = kept | {"OPTIONS": dict(kept["OPTIONS"])}
        assert connection.get_connection_params()
    finally:
        connection.settings_dict = kept


def test_the_admin_uses_our_field_for_every_datetime():
    field = admin.ModelAdmin(Message, admin.site).formfield_for_dbfield(Message._meta.get_field("publish_at"), None)
    assert isinstance(field, ZonedDateTimeField)


def test_a_file_knows_whether_it_has_been_stored():
    assert FieldFile(None, models.FileField(), "x.pdf")._committed is True


def test_a_test_that_commits_ends_with_a_method_that_can_be_replaced():
    """By tests/databases.py, which copies a database in place of Django's flush."""
    assert "_fixture_teardown" in vars(TransactionTestCase)
    assert callable(connection._nodb_cursor)
