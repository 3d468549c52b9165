"""What was left out of a text, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

LONGEST = 80  # characters of a detail


class Loss(NamedTuple):
    """One thing that was left out or changed: its kind, a stable key, and what it was (a host, an excerpt)."""

    kind: str
    detail: str = ""


def shortened(text: str) -> str:
    """Return a text on one line, cut to the length of a detail."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def sentences() -> dict[str, tuple[str, str]]:
    """Return for each kind the sentence with a detail (%s), and the one without."""
    return {
        "embed": (
            _("A video or another embedded part from %s was left out. A link to it is in its place."),
            _("An embedded part (a video, a map or a form) was left out. Add a link to it."),
        ),
        "media": (
            _("A recording (%s) was left out. A link to it is in its place."),
            _("A video or sound recording was left out. Add a link to it."),
        ),
        "foreign_picture": (
            _("A picture from %s was left out. Save it on your computer and upload it here."),
            _("A picture was left out. Save it on your computer and upload it here."),
        ),
        "local_picture": (
            _("The picture %s was left out: it is a file on a computer. Upload it here."),
            _("A picture was left out: it is a file on a computer. Upload it here."),
        ),
        "caption": (_("The caption of a picture that was left out went with it: “%s”."), ""),
        "drawing": (
            _("A drawing was left out: “%s”. Save it as a picture and upload it here."),
            _("A drawing was left out. Save it as a picture and upload it here."),
        ),
        "formula": (
            _("A formula was turned into plain text: “%s”. Check that it can be understood."),
            _("A formula was left out. Write it in words."),
        ),
        "deleted_text": (
            _("Words marked as deleted were left out: “%s”. Check that the text is the agreed one."),
            _("Words marked as deleted were left out. Check that the text is the agreed one."),
        ),
        "comment": (
            _("A comment was left out: “%s”."),
            _("Comments were left out."),
        ),
        "hidden_text": (
            _("Hidden text was left out: “%s”. Type it in if readers need it."),
            _("Hidden text was left out. Type it in if readers need it."),
        ),
        "field_code": (
            _("A field code was left out: “%s”. Check the place where it was."),
            _("A field code was left out. Check the place where it was."),
        ),
        "footnote": (
            _("The links of the footnotes (%s) were turned into plain marks."),
            _("The links of the footnotes were turned into plain marks."),
        ),
        "anchor": (
            _("The link “%s” led to a place that is not in this text. Its words were kept without the link."),
            _("A link led to a place that is not in this text. Its words were kept without the link."),
        ),
        "link": (
            _("A link to “%s” was taken off its words: a reader cannot follow it. Give it a web address."),
            _("A link was taken off its words: a reader cannot follow it. Give it a web address."),
        ),
        "list_marker": (
            _("The list that begins “%s” is numbered in a way that is not kept here. Its marks are in the words now."),
            _("A list is numbered in a way that is not kept here. Its marks are in the words now."),
        ),
        "form": (
            _("A field or button of a form was left out: “%s”."),
            _("The fields or buttons of a form were left out."),
        ),
        "script": (
            _("A script from %s was left out, with all that it would show. Add a link to what it shows."),
            _("A script was left out, with all that it would show. Add a link to what it shows."),
        ),
    }


def describe(losses: Iterable[Loss]) -> list[str]:
    """Return a sentence for each loss: what happened, and what to do."""
    known = sentences()
    said = []
    for kind, detail in losses:
        detailed, bare = known.get(kind, (_("Something was left out: %s."), _("Something was left out.")))
        said.append(detailed % detail if detail else bare)
    return list(dict.fromkeys(filter(None, said)))
