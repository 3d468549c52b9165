"""Versions in the admin: history, comparison, restoring, edit conflicts."""
