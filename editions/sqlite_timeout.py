"""SQLite busy timeout: short in the WSGI cache, the configured one inside Django.

The WSGI cache needs only the edition number. If the file is locked, it serves the last cached response instead of
waiting. A form that is being saved waits for the lock.
"""

SHORT_MILLISECONDS = 300  # milliseconds
DEFAULT_SECONDS = 5.0  # seconds: the default of the sqlite3 module


def use_short_timeout(connection) -> None:
    """Open a connection if necessary, and set the short timeout on SQLite."""
    if connection.vendor != "sqlite":
        connection.ensure_connection()
    elif connection.connection is None:
        _open_with_short_timeout(connection)
    elif getattr(connection, "short_timeout_on", None) is not connection.connection:
        _set_timeout(connection, SHORT_MILLISECONDS)
        connection.short_timeout_on = connection.connection  # a new connection has the configured timeout


def restore_timeout(connection) -> None:
    """Set the configured timeout again."""
    short = getattr(connection, "short_timeout_on", None)
    if short is not None:
        if short is connection.connection:
            _set_timeout(connection, int(connection.settings_dict["OPTIONS"].get("timeout", DEFAULT_SECONDS) * 1000))
        connection.short_timeout_on = None


def _open_with_short_timeout(connection) -> None:
    """Open a connection with the short timeout from its first statement, because `init_command` reads the file."""
    settings_dict = connection.settings_dict  # shared by all threads
    connection.settings_dict = settings_dict | {
        "OPTIONS": settings_dict["OPTIONS"] | {"timeout": SHORT_MILLISECONDS / 1000}
    }
    try:
        connection.ensure_connection()
    finally:
        connection.settings_dict = settings_dict
    connection.short_timeout_on = connection.connection


def _set_timeout(connection, milliseconds: int) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
    cursor.close()
