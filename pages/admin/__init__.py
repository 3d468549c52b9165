"""Admin of the pages: list and form, workflow, history, preview."""

from pages.admin import pages  # noqa: F401 (registers the model)
