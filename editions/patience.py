"""How long SQLite waits for a file that somebody else has locked: ahead of Django hardly, in it as the settings say.

A printing needs one number of the database. Who waits for a lock to learn it waits for nothing: the last printing is as
good as new for a while. A form that is to be kept waits.
"""

from django.conf import settings

SHORT = 300  # milliseconds
DEFAULT = 5.0  # seconds: the sqlite3 module's own


def shorten(connection) -> None:
    """Have a connection give up on a locked file soon."""
    if connection.vendor == "sqlite" and getattr(connection, "is_short_of_patience", None) is not connection.connection:
        _wait(connection, SHORT)
        connection.is_short_of_patience = connection.connection  # a new one begins with the settings' patience


def restore(connection) -> None:
    """Have a connection wait again as the settings say."""
    short = getattr(connection, "is_short_of_patience", None)
    if short is not None:
        if short is connection.connection:
            _wait(connection, int(settings.DATABASES[connection.alias]["OPTIONS"].get("timeout", DEFAULT) * 1000))
        connection.is_short_of_patience = None


def _wait(connection, milliseconds: int) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
    cursor.close()
