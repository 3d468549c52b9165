"""Case-insensitive substring search in every script: the lookup `folds`, and a ModelAdmin mixin that uses it.

SQLite's LIKE ignores case for ASCII letters only: `icontains` with "мид" does not find "МИД". SQLite gets a Python
function here; PostgreSQL uses UPPER. On both, ё equals е, Greek accents are optional as in capitals, and the Turkish
dotted and dotless i equal i.
"""

from __future__ import annotations

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Lookup, TextField

# Replacements in upper-case text.
CAPITALS = {
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
WITHOUT_CAPITAL = {"ΐ": "Ι", "ΰ": "Υ"}
OTHERWISE = {"ẞ": "SS", "ß": "SS", "Ι\u0308\u0301": "Ι", "Υ\u0308\u0301": "Υ"}
LIKE_PREFIXES = "^=@"  # prefixes in `search_fields`


def fold_case(text: str | None) -> str | None:
    """Return the case-folded text that is compared."""
    if text is None or text.isascii():
        return text and text.upper()
    text = text.upper()
    for letter, plain in (OTHERWISE | CAPITALS).items():
        text = text.replace(letter, plain)
    return text


def register_function(sender, connection, **kwargs):
    """Register the function for SQLite: a receiver of `connection_created`."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("fold_case", 1, fold_case, deterministic=True)


@CharField.register_lookup
@TextField.register_lookup
class Folds(Lookup):
    """`field__folds="text"`: the field contains the text, ignoring case."""

    lookup_name = "folds"

    def as_sqlite(self, compiler, connection):
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"INSTR(fold_case({lhs}), fold_case({rhs})) > 0", (*lhs_params, *rhs_params)

    def as_postgresql(self, compiler, connection):
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"STRPOS({_folded(lhs)}, {_folded(rhs)}) > 0", (*lhs_params, *rhs_params)


def _folded(expression: str) -> str:
    """Return the PostgreSQL expression that is equivalent to `fold_case`."""
    letters = CAPITALS | WITHOUT_CAPITAL
    for letter, plain in OTHERWISE.items():
        expression = f"REPLACE({expression}, '{letter}', '{plain}')"
    return f"TRANSLATE(UPPER(({expression})::text), '{''.join(letters)}', '{''.join(letters.values())}')"


class FoldedSearch:
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
