"""Triggers that protect the security events."""

from django.db import migrations

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [CreateDatabaseObjects("append-only accounts_securityevent")]
