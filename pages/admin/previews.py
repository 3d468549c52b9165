"""Preview of a page or a change of one in the admin."""

from django.utils.translation import gettext as _

from versions.admin.form_previews import FormPreviewViews, row_as_typed


class PreviewViews(FormPreviewViews):
    template = "pages/preview.html"

    def context(self, request, row):
        row.title = row.title or _("No title yet")
        return {"page": row}

    def row_as_typed(self, form):
        return row_as_typed(form, ("title", "body"))
