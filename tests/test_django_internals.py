"""What we use of Django beyond its documented interface: an upgrade that changes it fails here first."""

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


def test_every_time_on_the_desk_is_asked_for_by_our_own_field():
    field = admin.ModelAdmin(Message, admin.site).formfield_for_dbfield(Message._meta.get_field("publish_at"), None)
    assert isinstance(field, MomentField)


def test_a_file_says_whether_it_is_kept_yet():
    assert FieldFile(None, models.FileField(), "x.pdf")._committed is True
