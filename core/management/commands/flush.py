"""`manage.py flush`, with the triggers dropped while it empties the tables: the append-only tables refuse otherwise."""

from django.core.management.commands import flush
from django.db import connections

from core import triggers


class Command(flush.Command):
    help = f"{flush.Command.help} Also empties the append-only tables (workflow log, security events)."

    def handle(self, **options):
        """Drop the triggers, flush, and create them again, also after an error."""
        connection = connections[options["database"]]
        triggers.drop_triggers(connection)
        try:
            super().handle(**options)
        finally:
            triggers.create_all(connection)
