"""The admin of consular services; importing the modules registers it."""

from consular.admin import enquiries, notices, offices, topics

__all__ = ["enquiries", "notices", "offices", "topics"]
