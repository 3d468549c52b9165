"""Admin of messages and categories."""

from news.admin import categories, messages, releases  # noqa: F401  (importing registers them)
