"""Preview of a page or a change of one in the admin, and the words that a change has changed."""

from django.utils.translation import gettext as _

from pages.models import Page
from versions import comparison
from versions.admin.form_differences import FormDifferenceViews, changed_texts
from versions.admin.form_previews import FormPreviewViews, row_as_typed


class PreviewViews(FormPreviewViews):
    template = "pages/preview.html"

    def context(self, request, row):
        row.title = row.title or _("No title yet")
        return {"page": row}

    def row_as_typed(self, form):
        return page_as_typed(form)


class DifferenceViews(FormDifferenceViews):
    """A change and its page."""

    def original(self, row):
        return row.change_of

    def row_as_typed(self, form):
        return page_as_typed(form)

    def context(self, original, typed, form):
        names = set(typed.changed_names())
        found = [each for each in comparison.field_differences(Page, original, typed) if each.name in names]
        return {"changed_texts": changed_texts(found), "takes_off": typed.takes_off}


def page_as_typed(form) -> Page:
    """Return the page that a bound form describes, valid or not; it must not be saved."""
    return row_as_typed(form, ("title", "body"))
