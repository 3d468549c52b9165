"""Values as the database stores them, read without a model (and so without decryption)."""

from django.db import connection


def stored_values(column="question", table="consular_enquiry"):
    """Return the values stored in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return [row[0] for row in cursor.fetchall()]
