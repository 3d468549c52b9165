"""`manage.py flush`, without the triggers of the append-only tables, which refuse to be emptied.

The other triggers remain: on SQLite they empty the full-text table, which Django does not know.
"""

from django.core.management.commands import flush
from django.db import connections

from core import triggers


class Command(flush.Command):
    help = f"{flush.Command.help} Also empties the append-only tables: logs, versions, corrections."

    def handle(self, **options):
        """Drop the triggers of the append-only tables, flush, and create them again, even after an error."""
        connection = connections[options["database"]]
        triggers.drop_triggers(connection, [each for each in triggers.registered() if each.is_append_only])
        try:
            super().handle(**options)
        finally:
            triggers.create_all(connection)
