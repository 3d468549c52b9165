"""Earlier texts: what the public read before each correction or update of a message, with the changed words marked.

The URL of an earlier text is below that of its message, `…/earlier/1/` for the text before the first correction. So
no existing URL changes, a new slug redirects both, and the parent URL is the current text. The number of a correction
never changes, because the database refuses to change or delete corrections.

A text is shown as it was at the moment of its correction, including the typos fixed by then, and compared with the text
that replaced it. Not shown are:

- a text that was not public when it was replaced, such as a draft (`news.models.corrections.replaced_version`);
- all texts before a correction that was made while the message was withdrawn: they were taken back, and only what that
  correction left was made public again. This is how words are taken back for good.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from news.models import Correction, Message
from versions import comparison
from versions.text_diff import Op


class ListedCorrection(NamedTuple):
    """A correction as pages, feeds and the API list it."""

    number: int  # among the corrections of its message, from 1
    kind: Correction.Kind
    at: datetime
    note: str
    earlier_path: str  # of the text before it; "" where that is not shown
    earlier_version: int | None

    @property
    def label(self) -> str:
        """Return "Correction" or "Update" in the language of the page."""
        return str(self.kind.label)


class EarlierText(NamedTuple):
    """An earlier text compared with the text that replaced it."""

    language: str
    headline: str
    differences: list[comparison.FieldDifference]

    @property
    def has_changed_words(self) -> bool:
        """Return whether any word differs: otherwise it is formatting, a link or an image."""
        return any(any(difference.counts) for difference in self.differences)

    @property
    def has_changed_breaks(self) -> bool:
        """Return whether `text_diff.split_paragraphs` has marked a paragraph break as added or removed."""
        paragraphs = (paragraph for difference in self.differences for paragraph in difference.paragraphs)
        return any(text.endswith("¶") for paragraph in paragraphs for kind, text in paragraph if kind != Op.KEPT)

    @property
    def is_coarse(self) -> bool:
        """Return whether the texts were too long to be compared word by word throughout."""
        return any(difference.is_coarse for difference in self.differences)


def list_corrections(message) -> list[ListedCorrection]:
    """Return the corrections of a message by time; without a query where it has never changed in public."""
    if not message.revised_at:
        return []
    rows = list(message.corrections.all())
    in_order = sorted(rows, key=lambda row: row.pk)
    numbers = {row.pk: number for number, row in enumerate(in_order, 1)}
    withdrawn = max((numbers[row.pk] for row in rows if row.while_withdrawn), default=0)

    def listed(row) -> ListedCorrection:
        is_shown = row.earlier_version is not None and numbers[row.pk] > withdrawn
        path = f"{message.get_absolute_url()}earlier/{numbers[row.pk]}/" if is_shown else ""
        return ListedCorrection(numbers[row.pk], Correction.Kind(row.kind), row.at, row.note, path, row.earlier_version)

    return [listed(row) for row in rows]


def earlier_text(message, correction: ListedCorrection) -> EarlierText:
    """Return the text before a correction, compared with the version that the correction has saved: the next one."""
    versions = message.history.filter(history_id__gte=correction.earlier_version).order_by("history_id")
    before, after = versions[:2]
    return EarlierText(before.language, before.headline, comparison.text_differences(Message, before, after))
