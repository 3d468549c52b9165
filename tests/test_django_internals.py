"""Undocumented parts of Django that we use: an upgrade that changes them fails here first."""

from django.contrib import admin
from django.db import connection, models
from django.db.models.fields.files import FieldFile

from editions.forms import MomentField
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
    assert isinstance(field, MomentField)


def test_a_file_knows_whether_it_has_been_stored():
    assert FieldFile(None, models.FileField(), "x.pdf")._committed is True
