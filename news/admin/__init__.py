"""Admin of messages and categories."""

from news.admin import categories, messages  # noqa: F401  (importing registers them)
