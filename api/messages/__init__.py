"""The read API for messages and categories: JSON below /api/."""
