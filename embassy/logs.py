"""Log formatters (plain text and JSON lines) that redact secret URLs, e-mail addresses and row contents.

Every record begins on a new line, and nothing that a visitor has sent can begin one (log injection).
"""

import json
import logging
import re
from datetime import UTC, datetime

from watching.ids import id_of

# Redaction

# URLs that end in a secret token. Django logs the URL of every 404.
SECRET = re.compile(r"(/preview/|/contact/enquiry/|/admin/reset/|/contact/sent/\?r=)[^\s\"'?&]+")
NO_PART = r"[^\s<>()\[\]{}\"',;:=/@]"
EMAIL = re.compile(rf"{NO_PART}{{1,64}}@{NO_PART}{{1,255}}")
# Contents of a row in PostgreSQL's messages about constraints, possibly over several lines. If the end is not found,
# the rest of the text is removed.
ENDS = r"\)(?= already exists\.| is not present in | is still referenced from | conflicts with |\.(?:\n|\\n|\Z)|\Z)"
ROW = re.compile(rf"(Key \([^)]{{0,500}}\)=|Failing row contains )\((?:(?s:.{{0,4000}}?){ENDS}|(?s:.*))")
CONTEXT = re.compile(r"^(CONTEXT:\s+).*", re.MULTILINE)
MASKS = ((SECRET, r"\1…"), (ROW, r"\1(…)"), (CONTEXT, r"\1…"), (EMAIL, "…@…"))

# Line ends of any kind, and characters that move a terminal's cursor.
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def discreet(text: str) -> str:
    """Return a text without secrets and personal data."""
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return text


def on_one_line(text: str) -> str:
    """Return a text with its control characters escaped, a line end as \\n."""
    return CONTROL.sub(lambda match: repr(match[0])[1:-1], text)


# Formatters


class Discreet(logging.Formatter):
    """Plain-text formatter with redaction; tracebacks are indented below the record."""

    def format(self, record):
        record.message = on_one_line(discreet(record.getMessage()))
        record.request_tag = f"[{id_of(record)}] " if id_of(record) else ""
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        lines = discreet(self.traceback(record)).splitlines()
        return "\n".join([self.formatMessage(record), *(f"  {on_one_line(line)}" for line in lines)])

    def traceback(self, record) -> str:
        """Return the traceback and the stack of a record, without local variables."""
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        stack = self.formatStack(record.stack_info) if record.stack_info else ""
        return "\n".join(part for part in (record.exc_text, stack) if part)


class Json(Discreet):
    """JSON-lines formatter with redaction, in ASCII so that no character can end a line."""

    def format(self, record):
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": id_of(record),
            **getattr(record, "access", {}),
            "traceback": self.traceback(record),
        }
        fields = {name: discreet(value) if isinstance(value, str) else value for name, value in fields.items()}
        return json.dumps({name: value for name, value in fields.items() if value not in ("", None)}, default=str)
