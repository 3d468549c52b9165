"""Case-insensitive substring search in every script: the lookup `folds`, and a ModelAdmin mixin that uses it.

SQLite's LIKE ignores case for ASCII letters only: `icontains` with "мид" does not find "МИД". SQLite gets a Python
function here; PostgreSQL uses UPPER. On both, ё equals е, Greek accents are optional as in capitals, and the Turkish
dotted and dotless i equal i.
"""

from __future__ import annotations

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Lookup, TextField

# Replacements in upper-case text.
UPPER_CASE_REPLACEMENTS = {
    "Ё": "Е",
    "İ": "I",
    "Ά": "Α",
    "Έ": "Ε",
    "Ή": "Η",
    "Ί": "Ι",
    "Ό": "Ο",
    "Ύ": "Υ",
    "Ώ": "Ω",
    "Ϊ": "Ι",
    "Ϋ": "Υ",
}
# Letters that PostgreSQL does not change to upper case and that Python writes as several characters.
WITHOUT_UPPER_CASE = {"ΐ": "Ι", "ΰ": "Υ"}
MULTI_CHARACTER_REPLACEMENTS = {"ẞ": "SS", "ß": "SS", "Ι\u0308\u0301": "Ι", "Υ\u0308\u0301": "Υ"}
LIKE_PREFIXES = "^=@"  # prefixes in `search_fields`


def fold_case(text: str | None) -> str | None:
    """Return the case-folded text that is compared."""
    if text is None or text.isascii():
        return text and text.upper()
    text = text.upper()
    for letter, plain in (MULTI_CHARACTER_REPLACEMENTS | UPPER_CASE_REPLACEMENTS).items():
        text = text.replace(letter, plain)
    return text


def register_sqlite_function(sender, connection, **kwargs):
    """Register the function for SQLite: a receiver of `connection_created`."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("fold_case", 1, fold_case, deterministic=True)


@CharField.register_lookup
@TextField.register_lookup
class FoldedContains(Lookup):
    """`field__folds="text"`: the field contains the text, ignoring case."""

    lookup_name = "folds"

    def as_sqlite(self, compiler, connection):
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"INSTR(fold_case({lhs}), fold_case({rhs})) > 0", (*lhs_params, *rhs_params)

    def as_postgresql(self, compiler, connection):
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"STRPOS({_folded_sql(lhs)}, {_folded_sql(rhs)}) > 0", (*lhs_params, *rhs_params)


def _folded_sql(expression: str) -> str:
    """Return the PostgreSQL expression that is equivalent to `fold_case`."""
    letters = UPPER_CASE_REPLACEMENTS | WITHOUT_UPPER_CASE
    for letter, plain in MULTI_CHARACTER_REPLACEMENTS.items():
        expression = f"REPLACE({expression}, '{letter}', '{plain}')"
    return f"TRANSLATE(UPPER(({expression})::text), '{''.join(letters)}', '{''.join(letters.values())}')"


class FoldedSearchMixin:
    """ModelAdmin mixin: search fields without an explicit lookup use `folds`."""

    def get_search_fields(self, request):
        return [self.with_lookup(name) for name in super().get_search_fields(request)]

    def with_lookup(self, name: str) -> str:
        """Return a search field, with the lookup `folds` if it names a text field."""
        if name[0] in LIKE_PREFIXES:
            return name
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:  # a lookup, or a field of another table
            return name
        return f"{name}__folds" if isinstance(field, CharField | TextField) else name
