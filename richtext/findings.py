"""Findings of checks on a text: sentences that lead to their places, and the report of several checks.

A check is a function that yields findings about a `TypedText`; `run_checks` returns the report of several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from richtext.conversion.report import Loss
from richtext.plaintext import plain_text
from richtext.scripts import Script
from richtext.typed_elements import Element, elements_in

MAX_QUOTE = 60  # characters of a text that a sentence quotes


class Finding(NamedTuple):
    """Something to look at: a sentence, and its place: a field, or an element of the text by its number.

    `is_wrong`: readers would meet an error. `script` is one of whose languages the element can be marked with.
    """

    sentence: str
    field: str = "body"
    tag: str = ""
    index: int = 0
    is_wrong: bool = False
    script: Script | None = None


@dataclass
class TypedText:
    """A text as typed: plain parts by field, the text as in the editor, and as it would be saved."""

    typed: str
    html: str
    language: str
    lines: dict[str, str] = field(default_factory=dict)  # headline and lead, or title
    losses: Sequence[Loss] = ()
    language_field: str = "language"  # "" where the language cannot be chosen

    @cached_property
    def elements(self) -> list[Element]:
        """Return the elements of the text as in the editor."""
        return elements_in(self.typed)

    @cached_property
    def words(self) -> str:
        """Return the plain text."""
        return plain_text(self.html)

    @property
    def is_empty(self) -> bool:
        """Return whether nothing has been written yet."""
        return not self.words and not self.elements and not any(text.strip() for text in self.lines.values())


class Check(NamedTuple):
    """A rule: the sentence when nothing is found, and the function that yields what is."""

    fine: str
    find: Callable[[TypedText], Iterable[Finding]]


class Report(NamedTuple):
    """The findings, what is wrong first, and sentences about what is fine."""

    wrong: list[Finding]
    look: list[Finding]
    fine: list[str]

    @property
    def count(self) -> int:
        return len(self.wrong) + len(self.look)


def run_checks(checks: Iterable[Check], text: TypedText) -> Report:
    """Return the report of checks on a text; an empty one before anything is written."""
    report = Report([], [], [])
    if text.is_empty:
        return report
    for check in checks:
        found = list(dict.fromkeys(check.find(text)))
        for finding in found:
            (report.wrong if finding.is_wrong else report.look).append(finding)
        if not found:
            report.fine.append(str(check.fine))
    return report


def quote(text: str) -> str:
    """Return the beginning of a text, to be quoted in a sentence."""
    return text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1].rstrip() + "…"
