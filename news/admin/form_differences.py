"""Differences between the public text and the form of a revision, for the dialog about the type of change."""

from news.admin.previews import message_as_typed
from news.admin.revisions import difference_context
from news.typo_rule import typo_error
from versions.admin.form_differences import FormDifferenceViews, changed_texts


class DifferenceViews(FormDifferenceViews):
    """A revision and its message."""

    row_as_typed = staticmethod(message_as_typed)

    def original(self, row):
        return row.revision_of

    def context(self, original, typed, form):
        compared = difference_context(original, typed)
        is_public = original.was_public(form.request.at)
        return {
            "changed_texts": changed_texts(compared["differences"]),
            "attachments": compared["attachments"],
            "has_new_files": form.has_changed_attachments(),
            "typo_error": typo_error(original, typed) if is_public else "",
        }
