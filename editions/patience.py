"""How long SQLite waits for a file that somebody else has locked: ahead of Django hardly, in it as the settings say.

A printing needs one number of the database. Who waits for a lock to learn it waits for nothing: the last printing is as
good as new for a while. A form that is to be kept waits.
"""

SHORT = 300  # milliseconds
DEFAULT = 5.0  # seconds: the sqlite3 module's own


def open_soon(connection) -> None:
    """Open a connection, if it isn't, and have it give up on a locked file soon."""
    if connection.vendor != "sqlite":
        connection.ensure_connection()
    elif connection.connection is None:
        _open(connection)
    elif getattr(connection, "is_short_of_patience", None) is not connection.connection:
        _wait(connection, SHORT)
        connection.is_short_of_patience = connection.connection  # a new one begins with the settings' patience


def restore(connection) -> None:
    """Have a connection wait again as the settings say."""
    short = getattr(connection, "is_short_of_patience", None)
    if short is not None:
        if short is connection.connection:
            _wait(connection, int(connection.settings_dict["OPTIONS"].get("timeout", DEFAULT) * 1000))
        connection.is_short_of_patience = None


def _open(connection) -> None:
    """Open a connection that is short of patience from its first statement on: the `init_command` reads the file."""
    settings_dict = connection.settings_dict  # all threads share it
    connection.settings_dict = settings_dict | {"OPTIONS": settings_dict["OPTIONS"] | {"timeout": SHORT / 1000}}
    try:
        connection.ensure_connection()
    finally:
        connection.settings_dict = settings_dict
    connection.is_short_of_patience = connection.connection


def _wait(connection, milliseconds: int) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
    cursor.close()
