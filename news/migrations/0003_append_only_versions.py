"""Triggers that protect corrections and versions."""

from django.db import migrations

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):
    dependencies = [("news", "0002_triggers")]
    operations = [
        CreateDatabaseObjects("append-only news_correction"),
        CreateDatabaseObjects("append-only news_historicalmessage"),
    ]
