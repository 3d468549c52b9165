"""Differences between an admin form, including unsaved changes, and the public text."""

from __future__ import annotations

from typing import NamedTuple

from django.http import Http404
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict

from core.admin.views import AdminViews
from versions.comparison import FieldDifference
from versions.text_diff import Op, Span

MAX_PARAGRAPHS = 20  # changed paragraphs of a text that are shown; the rest is a number
MAX_CHARACTERS = {Op.KEPT: 240, Op.REMOVED: 2_000, Op.ADDED: 2_000}  # of a passage that is shown


class ChangedText(NamedTuple):
    """A field that differs, with its changed paragraphs only, and how many more of them there are."""

    difference: FieldDifference
    paragraphs: list[list[Span]]
    more: int


class FormDifferenceViews(AdminViews):
    """The changed words, a piece of HTML for a dialog; nothing is saved. A subclass says what is compared."""

    def urls(self):
        return [self.url("<int:pk>/changed-words/", self.changed_words, "changed_words", post_only=True)]

    def changed_words(self, request, pk):
        """Return the differences of the submitted form, valid or not, from the text so far. 404 without such a text."""
        row = self.get_editable(request, pk)
        original = self.original(row)
        if original is None:
            raise Http404
        form_class = self.model_admin.get_form(request, row, change=True)
        form = form_class(request.POST, MultiValueDict(), instance=row)  # without files: images as saved
        typed = self.row_as_typed(form)
        context = {"language": getattr(typed, "language", ""), "has_new_files": False}
        return render(request, "admin/versions/changed_words.html", context | self.context(original, typed, form))

    def original(self, row):
        """Return the row whose text a change replaces; None if the row is not a change."""
        raise NotImplementedError

    def row_as_typed(self, form):
        """Return the row that a bound form describes, with texts as typed even where they are invalid."""
        raise NotImplementedError

    def context(self, original, typed, form) -> dict:
        """Return the template context: `changed_texts`, and what else there is to say."""
        raise NotImplementedError


def changed_texts(differences: list[FieldDifference]) -> list[ChangedText]:
    """Return the fields that differ, with a bounded number of changed paragraphs."""
    found = []
    for difference in differences:
        if difference.changed:
            paragraphs = [shortened(spans) for spans in difference.paragraphs if is_changed(spans)]
            more = max(0, len(paragraphs) - MAX_PARAGRAPHS)
            found.append(ChangedText(difference, paragraphs[:MAX_PARAGRAPHS], more))
    return found


def is_changed(spans: list[Span]) -> bool:
    """Return whether a paragraph has removed or added words."""
    return any(kind != Op.KEPT for kind, _text in spans)


def shortened(spans: list[Span]) -> list[Span]:
    """Return a paragraph with "…" in the middle of long passages."""
    return [Span(kind, without_middle(text, MAX_CHARACTERS[kind])) for kind, text in spans]


def without_middle(text: str, limit: int) -> str:
    """Return a text whose middle is left out where it has more than `limit` characters."""
    half = limit // 2
    return text if len(text) <= limit else f"{text[:half]} … {text[-half:]}"
