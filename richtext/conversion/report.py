"""Conversion report: removals and changes in a text, in sentences for the user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

MAX_DETAIL = 80  # characters of a detail


class Loss(NamedTuple):
    """Something that was removed or changed: its kind (a stable key) and a detail (a host, an excerpt)."""

    kind: str
    detail: str = ""


def shorten(text: str) -> str:
    """Return a text on one line, truncated to the length of a detail."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_DETAIL else text[: MAX_DETAIL - 1].rstrip() + "…"


def loss_sentences() -> dict[str, tuple[str, str]]:
    """Return for each kind the sentence with a detail (%s) and the one without."""
    return {
        "embed": (
            _("A video or other embedded content from %s was replaced by a link."),
            _("Embedded content (a video, map or form) was removed. Add a link to it."),
        ),
        "media": (
            _("A recording (%s) was replaced by a link."),
            _("A video or audio recording was removed. Add a link to it."),
        ),
        "foreign_picture": (
            _("An image from %s was removed. Save it on your computer and upload it here."),
            _("An image was removed. Save it on your computer and upload it here."),
        ),
        "local_picture": (
            _("The image %s was removed because it is a file on a computer. Upload it here."),
            _("An image was removed because it is a file on a computer. Upload it here."),
        ),
        "caption": (_("The caption of a removed image was also removed: “%s”."), ""),
        "drawing": (
            _("A drawing was removed: “%s”. Save it as an image and upload it here."),
            _("A drawing was removed. Save it as an image and upload it here."),
        ),
        "formula": (
            _("A formula was converted to plain text: “%s”. Check that it is clear."),
            _("A formula was removed. Write it in words."),
        ),
        "deleted_text": (
            _("Text marked as deleted was removed: “%s”. Check that this is the agreed version."),
            _("Text marked as deleted was removed. Check that this is the agreed version."),
        ),
        "comment": (_("A comment was removed: “%s”."), _("Comments were removed.")),
        "hidden_text": (
            _("Hidden text was removed: “%s”. Type it in if readers need it."),
            _("Hidden text was removed. Type it in if readers need it."),
        ),
        "field_code": (
            _("A field code was removed: “%s”. Check the text around it."),
            _("A field code was removed. Check the text around it."),
        ),
        "footnote": (
            _("The links of footnotes (%s) were converted to plain text."),
            _("The links of footnotes were converted to plain text."),
        ),
        "anchor": (
            _("The link “%s” was removed because its target is not in this text. Its text was kept."),
            _("A link was removed because its target is not in this text. Its text was kept."),
        ),
        "link": (
            _("A link to “%s” was removed because readers cannot open it. Add a web address."),
            _("A link was removed because readers cannot open it. Add a web address."),
        ),
        "list_marker": (
            _("The numbering of the list that starts “%s” is not supported. Its numbers are now part of the text."),
            _("The numbering of a list is not supported. Its numbers are now part of the text."),
        ),
        "form": (
            _("A form field or button was removed: “%s”."),
            _("Form fields or buttons were removed."),
        ),
        "script": (
            _("A script from %s was removed with the content that it shows. Add a link to the content."),
            _("A script was removed with the content that it shows. Add a link to the content."),
        ),
    }


def describe(losses: Iterable[Loss]) -> list[str]:
    """Return a sentence for each loss, without duplicates: what happened and what to do."""
    known = loss_sentences()
    described = []
    for kind, detail in losses:
        detailed, bare = known.get(kind, (_("Content was removed: %s."), _("Content was removed.")))
        described.append(detailed % detail if detail else bare)
    return list(dict.fromkeys(filter(None, described)))
