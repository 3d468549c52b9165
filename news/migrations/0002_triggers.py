"""Triggers that maintain the message counts, and protect the workflow log, corrections and versions."""

from django.db import migrations

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):
    dependencies = [("news", "0001_initial")]
    operations = [
        CreateDatabaseObjects("message counts"),
        CreateDatabaseObjects("append-only news_workflowlogentry"),
        CreateDatabaseObjects("append-only news_releaselogentry"),
        CreateDatabaseObjects("append-only news_correction"),
        CreateDatabaseObjects("append-only news_historicalmessage"),
        CreateDatabaseObjects("append-only news_historicalcategory"),
    ]
