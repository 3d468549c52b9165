"""Log formatters (plain text and JSON lines) that redact secret URLs, e-mail addresses and row contents.

Every record begins on a new line, and nothing that a visitor has sent can begin one (log injection).
"""

import json
import logging
import re
from datetime import UTC, datetime

from monitoring.request_id import request_id_of_record

# Redaction

# URLs that end in a secret token. Django logs the URL of every 404.
SECRET_URL = re.compile(r"(/preview/|/contact/enquiry/|/admin/reset/|/contact/sent/\?r=)[^\s\"'?&]+")
EMAIL_CHARACTER = r"[^\s<>()\[\]{}\"',;:=/@]"
EMAIL_ADDRESS = re.compile(rf"{EMAIL_CHARACTER}{{1,64}}@{EMAIL_CHARACTER}{{1,255}}")
# Contents of a row in PostgreSQL's messages about constraints, possibly over several lines. If the end is not found,
# the rest of the text is removed.
ROW_END = r"\)(?= already exists\.| is not present in | is still referenced from | conflicts with |\.(?:\n|\\n|\Z)|\Z)"
ROW_CONTENTS = re.compile(rf"(Key \([^)]{{0,500}}\)=|Failing row contains )\((?:(?s:.{{0,4000}}?){ROW_END}|(?s:.*))")
CONTEXT_LINE = re.compile(r"^(CONTEXT:\s+).*", re.MULTILINE)
REDACTIONS = ((SECRET_URL, r"\1…"), (ROW_CONTENTS, r"\1(…)"), (CONTEXT_LINE, r"\1…"), (EMAIL_ADDRESS, "…@…"))

# Line ends of any kind, and characters that move a terminal's cursor.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def redact(text: str) -> str:
    """Return a text without secrets and personal data."""
    for pattern, replacement in REDACTIONS:
        text = pattern.sub(replacement, text)
    return text


def escape_control_characters(text: str) -> str:
    """Return a text with its control characters escaped, a line end as \\n."""
    return CONTROL_CHARACTERS.sub(lambda match: repr(match[0])[1:-1], text)


# Formatters


class RedactingFormatter(logging.Formatter):
    """Plain-text formatter with redaction; tracebacks are indented below the record."""

    def format(self, record):
        record.message = escape_control_characters(redact(record.getMessage()))
        record.request_tag = f"[{request_id_of_record(record)}] " if request_id_of_record(record) else ""
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        lines = redact(self.traceback(record)).splitlines()
        return "\n".join([self.formatMessage(record), *(f"  {escape_control_characters(line)}" for line in lines)])

    def traceback(self, record) -> str:
        """Return the traceback and the stack of a record, without local variables."""
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        stack = self.formatStack(record.stack_info) if record.stack_info else ""
        return "\n".join(part for part in (record.exc_text, stack) if part)


class JsonFormatter(RedactingFormatter):
    """JSON-lines formatter with redaction, in ASCII so that no character can end a line."""

    def format(self, record):
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": request_id_of_record(record),
            **getattr(record, "access", {}),
            "traceback": self.traceback(record),
        }
        fields = {name: redact(value) if isinstance(value, str) else value for name, value in fields.items()}
        return json.dumps({name: value for name, value in fields.items() if value not in ("", None)}, default=str)
