"""Merging a rich text in an edit conflict: by paragraph, with a question for each one that both users have changed.

First round: a save on an earlier version. The form is shown again with the merged text, and with the user's own
paragraphs where both have changed one. Second round: the same form, posted with the answers. They are applied to the
text as it is in the form then: what was edited by hand since the question stays, as it is the user's last word.

The inputs of a field: `_merged-FIELD`, the number of the version that both have changed; for each question
`_asked-FIELD-KEY`, a digest of the user's own blocks (another value: the text has followed the answer already), and
`_choice-FIELD-KEY`, the answer.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Field, Model
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from core.ids import is_valid_pk
from richtext.fields import RichTextField
from richtext.html_blocks import join_blocks
from richtext.plaintext import plain_text
from richtext.sanitize.tokens import TOKEN, attributes_of
from versions import comparison, text_diff
from versions.block_merge import Blocks, Choice, Merge, Origin, Slot, merge_html

MAX_QUESTIONS = 40  # more than these: the text is asked as a whole
MAX_SHOWN = 40  # changes of the other user that are listed

Paragraphs = list[list[text_diff.Span]]


@dataclass(frozen=True)
class Question:
    """A place of the text that both have changed, and its answer ("" for none)."""

    slot: Slot
    mine: Blocks
    answer: str
    first: int  # the position of `mine` in the text of the form

    @property
    def slot_now(self) -> Slot:
        """Return the slot with what the form has as mine."""
        return dataclasses.replace(self.slot, mine=self.mine)

    @property
    def choices(self) -> list[tuple[str, str, str]]:
        """Return the value, the label and the HTML of each answer."""
        labels = _("Mine"), _("Theirs"), _("Both: theirs, then mine")
        answers = zip(Choice, labels, strict=True)
        return [(choice.value, label, join_blocks(self.slot_now.chosen(choice))) for choice, label in answers]

    @property
    def sides(self) -> tuple[Paragraphs, Paragraphs]:
        """Return mine and theirs as paragraphs in which the words are marked that the other lacks."""
        spans = text_diff.diff_words(shown_text(self.mine), shown_text(self.slot.theirs))
        return (
            text_diff.split_paragraphs([span for span in spans if span.kind != text_diff.Op.ADDED]),
            text_diff.split_paragraphs([span for span in spans if span.kind != text_diff.Op.REMOVED]),
        )

    @property
    def only_formatting(self) -> bool:
        """Return whether the words are equal, but not bold, links or images."""
        return shown_text(self.mine) == shown_text(self.slot.theirs)


@dataclass
class TextMerge:
    """A merged text field: the text for the form, and the questions about it."""

    field: Field
    base_number: str  # of the version that both have changed
    merge: Merge
    is_first_round: bool
    blocks: dict[str, Blocks]  # by the key of a slot: what the text of the form has there
    asked: dict[str, str] = dataclasses.field(default_factory=dict)  # by the key of a slot: the answer, "" for none
    who: str = ""  # who has saved the other version

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def label(self) -> str:
        return str(capfirst(self.field.verbose_name))

    @property
    def html(self) -> str:
        """Return the text for the form."""
        return self.merge.html(lambda slot: self.blocks[slot.key])

    @property
    def has_unanswered(self) -> bool:
        return any(not question.answer for question in self.questions)

    @property
    def is_settled(self) -> bool:
        """Return whether the text may be saved: the user has seen it merged, and answered each question."""
        return not self.is_first_round and not self.has_unanswered

    @property
    def questions(self) -> list[Question]:
        """Return the questions about places that still differ."""
        found, position = [], 0
        for slot in self.merge:
            blocks = self.blocks[slot.key]
            if slot.key in self.asked and blocks != slot.theirs:
                found.append(Question(slot, blocks, self.asked[slot.key], position))
            position += len(blocks)
        return found

    @property
    def marks(self) -> list[int]:
        """Return the positions of the blocks in the form that only the other user has changed."""
        found, position = [], 0
        for slot in self.merge:
            blocks = self.blocks[slot.key]
            if self._is_taken_over(slot):
                found += range(position, position + len(blocks))
            position += len(blocks)
        return found

    @property
    def size(self) -> int:
        """Return the number of blocks of the text in the form."""
        return sum(map(len, self.blocks.values()))

    @property
    def their_changes(self) -> list[Paragraphs]:
        """Return what was taken over of the other user, each change word by word; the first `MAX_SHOWN`."""
        slots = [slot for slot in self.merge if self._is_taken_over(slot)][:MAX_SHOWN]
        spans = (text_diff.diff_words(shown_text(slot.base), shown_text(slot.theirs)) for slot in slots)
        return [text_diff.split_paragraphs(each) for each in spans]

    @property
    def their_count(self) -> int:
        return sum(map(self._is_taken_over, self.merge))

    def _is_taken_over(self, slot: Slot) -> bool:
        is_theirs = slot.theirs != slot.base and self.blocks[slot.key] == slot.theirs
        return slot.origin == Origin.MERGED or (is_theirs and not self.asked.get(slot.key))

    def write_into(self, form) -> None:
        """Write the text into a form's data and cleaned data, before the form's other checks."""
        if self.html == form.cleaned_data[self.name]:
            return
        form.data = form.data.copy()
        form.data[form.add_prefix(self.name)] = self.html
        form.__dict__.pop("changed_data", None)
        form_field = form.fields[self.name]
        losses = getattr(form_field, "losses", ())  # of the text as it was typed
        try:
            form.cleaned_data[self.name] = form_field.clean(self.html)
        except ValidationError as error:
            form.add_error(self.name, error)
        form_field.losses = losses


def merge_texts(form, opened: str, newest: str) -> list[TextMerge]:
    """Return the merges of a bound form's texts, opened at an earlier version than `newest`, that both have changed."""
    row = form.instance
    texts = [
        merge_text(form, field, opened, newest)
        for field in comparison.editable_fields(type(row))
        if isinstance(field, RichTextField) and field.name in form.fields and field.name in form.cleaned_data
    ]
    return [text for text in texts if text]


def merge_text(form, field: Field, opened: str, newest: str) -> TextMerge | None:
    """Return the merge of a field; None where not both have changed it, or with too many questions."""
    row, mine, theirs = form.instance, form.cleaned_data[field.name], getattr(form.instance, field.name)
    seen, merged_from = form.data.get("seen", ""), form.data.get(f"_merged-{field.name}", "")
    old, shown = version_text(row, merged_from, field), theirs if seen == newest else version_text(row, seen, field)
    answered = None
    if old is not None and shown is not None:
        answered = apply_answers(form.data, field, merged_from, merge_html(old, mine, shown))
    if answered and seen == newest:
        return answered
    if answered and answered.is_settled:  # a third user has saved since: the answered text is merged with theirs
        base, mine, opened = shown, answered.html, seen
    else:
        base = version_text(row, opened, field)
        if base is None or not is_changed_by_both(base, mine, theirs):
            return None
    merge = merge_html(base, mine, theirs)
    if len(merge.conflicts) > MAX_QUESTIONS:
        return None
    text = TextMerge(field, opened, merge, True, {slot.key: slot.merged for slot in merge})
    text.asked = {slot.key: "" for slot in merge.conflicts}
    text.who = names_since(row, opened)
    return text


def apply_answers(data, field: Field, base_number: str, merge: Merge) -> TextMerge | None:
    """Return a merge with the posted answers: to each question as it was asked, and nothing else changed.

    None where a question was asked about other texts: then it has to be asked again.
    """
    asked = {name.removeprefix(prefix) for name in data if name.startswith(prefix := f"_asked-{field.name}-")}
    if not asked <= {slot.key for slot in merge}:
        return None
    text = TextMerge(field, base_number, merge, False, {slot.key: slot.mine for slot in merge})
    for slot in merge:
        key = slot.key
        fingerprint, answer = (data.get(f"{name}-{field.name}-{key}", "") for name in ("_asked", "_choice"))
        if not fingerprint:
            continue
        is_answered = answer in set(Choice)
        if is_answered and fingerprint == slot.fingerprint:
            text.blocks[key] = slot.chosen(Choice(answer))
        text.asked[key] = Choice.MINE.value if is_answered else ""  # if asked again, the text in the form is mine
    return text


def is_changed_by_both(base: str, mine: str, theirs: str) -> bool:
    """Return whether both have changed a text, to different ones."""
    base, mine, theirs = map(comparison.normalise, (base, mine, theirs))
    return len({base, mine, theirs}) == 3


def version_text(row: Model, number: str, field: Field) -> str | None:
    """Return the text of a field in a version of a row; None without that version."""
    if not is_valid_pk(number):
        return None
    return row.history.filter(history_id=int(number)).values_list(field.attname, flat=True).first()


def names_since(row: Model, number: str) -> str:
    """Return the names of the users who have saved a row after a version."""
    savers = row.history.filter(history_id__gt=int(number)).values("history_user")
    users = get_user_model().objects.filter(pk__in=savers).order_by("pk")
    return get_text_list([user.get_full_name() or user.get_username() for user in users], _("and"))


def shown_text(blocks: Blocks) -> str:
    """Return blocks as text for staff; an image by its alternative text."""
    return "\n".join(filter(None, map(_shown_block, blocks)))


def _shown_block(block) -> str:
    images = [attributes_of(tag[3]).get("alt", "") for tag in TOKEN.finditer(block.html) if tag[2] == "img"]
    return "\n".join([*(_("Image: %s") % alt for alt in images), *filter(None, [plain_text(block.html)])])
