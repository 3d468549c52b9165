"""Full-text tables, generated columns and triggers of the search index."""

from django.db import migrations

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial"), ("news", "0002_triggers")]
    operations = [CreateDatabaseObjects("search index")]
