"""The consular part of the desk: a module for each kind of row; importing them registers them with the admin."""

from consular.admin import enquiries, notices, offices, topics

__all__ = ["enquiries", "notices", "offices", "topics"]
