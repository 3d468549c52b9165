"""Django's `flush`, which empties every table: here it may also empty the two logs that database triggers protect."""

from django.core.management.commands import flush
from django.db import connections, transaction

from accounts import triggers
from news import audit_triggers


class Command(flush.Command):
    help = flush.Command.help + " The logs of actions and of security events are emptied as well."

    def handle(self, **options):
        """Remove the triggers that protect the logs, empty the tables, and create the triggers again."""
        using = options["database"]
        with transaction.atomic(using):
            with connections[using].cursor() as cursor:
                for statement in [
                    *audit_triggers.drop_statements(connections[using]),
                    *triggers.drop_statements(connections[using]),
                ]:
                    cursor.execute(statement)
            super().handle(**options)
            audit_triggers.after_migration(using)
            triggers.create_triggers(using)
