"""How the log is written: a record for each event, and no secret address or personal word in any of them.

Two ways: lines for a person at a terminal, and JSON for whatever collects them, an object a line. In both a record
begins on a line of its own and nothing that a visitor sent can begin one.
"""

import json
import logging
import re
from datetime import UTC, datetime

from watching.ids import id_of

# What is left out

# Addresses whose last part opens something for whoever has it. Django logs the address of every 404.
SECRET = re.compile(r"(/preview/|/contact/enquiry/|/admin/reset/|/contact/sent/\?r=)[^\s\"'?&]+")
# Whose letter or login an error was about.
NO_PART = r"[^\s<>()\[\]{}\"',;:=/@]"
EMAIL = re.compile(rf"{NO_PART}{{1,64}}@{NO_PART}{{1,255}}")
# The row that PostgreSQL refused, told with what it holds, over several lines if need be. Where it can't be seen how
# far that goes, all the rest is left out.
ENDS = r"\)(?= already exists\.| is not present in | is still referenced from | conflicts with |\.(?:\n|\\n|\Z)|\Z)"
ROW = re.compile(rf"(Key \([^)]{{0,500}}\)=|Failing row contains )\((?:(?s:.{{0,4000}}?){ENDS}|(?s:.*))")
CONTEXT = re.compile(r"^(CONTEXT:\s+).*", re.MULTILINE)
MASKS = ((SECRET, r"\1…"), (ROW, r"\1(…)"), (CONTEXT, r"\1…"), (EMAIL, "…@…"))

# What ends a line for some reader, or moves a terminal's cursor.
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def discreet(text: str) -> str:
    """Return a text without what would open a door to whoever reads the log, or tell them of a person."""
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def on_one_line(text: str) -> str:
    """Return a text with its control characters written out: \\n for the end of a line."""
    return CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


# The two ways


class Discreet(logging.Formatter):
    """A formatter that leaves out what is nobody's business. What belongs to a line stands indented below it."""

    def format(self, record):
        record.message = on_one_line(discreet(record.getMessage()))
        record.of_request = f"[{id_of(record)}] " if id_of(record) else ""
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        below = discreet(self.traceback(record)).splitlines()
        return "\n".join([self.formatMessage(record), *(f"  {on_one_line(line)}" for line in below)])

    def traceback(self, record) -> str:
        """Return where an error came from, without the values that were at hand there."""
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        stack = self.formatStack(record.stack_info) if record.stack_info else ""
        return "\n".join(part for part in (record.exc_text, stack) if part)


class Json(Discreet):
    """The same as JSON: an object a line, in ASCII, so that no character in it ends a line for anybody."""

    def format(self, record):
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": id_of(record),
            **getattr(record, "access", {}),
            "traceback": self.traceback(record),
        }
        told = {name: discreet(value) if isinstance(value, str) else value for name, value in told.items()}
        return json.dumps({name: value for name, value in told.items() if value not in ("", None)}, default=str)
