"""Search on the press desk: the lookup `folds`, a substring search that ignores case in every script.

SQLite's LIKE knows the case of ASCII letters alone, so `icontains` finds "мид" and not "МИД". Here SQLite gets a
function of Python's; PostgreSQL has its own. On both, ё is е, Greek accents may be left out as in capitals, and the
Turkish dotted and dotless i are an i.
"""

from __future__ import annotations

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Lookup, TextField

# What capitals leave out or write otherwise: applied to text in capitals.
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
# Letters that PostgreSQL has no capital for, and Python writes as several characters.
WITHOUT_CAPITAL = {"ΐ": "Ι", "ΰ": "Υ"}
OTHERWISE = {"ẞ": "SS", "ß": "SS", "Ι\u0308\u0301": "Ι", "Υ\u0308\u0301": "Υ"}
LIKE_PREFIXES = "^=@"  # of Django's search_fields


def fold_case(text: str | None) -> str | None:
    """Return a text as it is compared: in capitals, without what capitals leave out."""
    if text is None or text.isascii():
        return text and text.upper()
    text = text.upper()
    for letter, plain in (OTHERWISE | CAPITALS).items():
        text = text.replace(letter, plain)
    return text


def register_function(sender, connection, **kwargs):
    """Give a new connection to SQLite the function that the lookup calls."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("fold_case", 1, fold_case, deterministic=True)


@CharField.register_lookup
@TextField.register_lookup
class Folds(Lookup):
    """`field__folds="text"`: the field has the text in it, in whatever case."""

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
    """Return the expression of PostgreSQL that is what `fold_case` is."""
    letters = CAPITALS | WITHOUT_CAPITAL
    for letter, plain in OTHERWISE.items():
        expression = f"REPLACE({expression}, '{letter}', '{plain}')"
    return f"TRANSLATE(UPPER(({expression})::text), '{''.join(letters)}', '{''.join(letters.values())}')"


class FoldedSearch:
    """A list whose search fields ignore case in every script; a field that names its lookup keeps it."""

    def get_search_fields(self, request):
        return [self.with_lookup(name) for name in super().get_search_fields(request)]

    def with_lookup(self, name: str) -> str:
        """Return a search field with the lookup `folds`, where it is the name of a text field."""
        if name[0] in LIKE_PREFIXES:
            return name
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:  # a lookup, or a field of another table
            return name
        return f"{name}__folds" if isinstance(field, CharField | TextField) else name
