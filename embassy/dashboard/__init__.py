"""Dashboard of the press desk: work first, and beside it what is going on on the site."""

from embassy.dashboard import around, enquiries, work  # noqa: F401 (they register their sections)
from embassy.dashboard.registry import COLUMNS, build_sections

__all__ = ["COLUMNS", "build_sections"]
