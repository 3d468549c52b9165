"""The press desk: what staff do with messages and their categories."""

from news.admin import categories, messages  # noqa: F401  (importing registers them)
