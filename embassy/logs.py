"""How the log is written: a line for each event, and no secret address or personal word in any of them."""

import logging
import re

# Addresses whose last part opens something for whoever has it. Django logs the address of every 404.
SECRET = re.compile(r"(/preview/|/contact/enquiry/|/admin/reset/|/contact/sent/\?r=)[^\s\"'?&]+")
# Whose letter or login an error was about.
NO_PART = r"[^\s<>()\[\]{}\"',;:=/@]"
EMAIL = re.compile(rf"{NO_PART}{{1,64}}@{NO_PART}{{1,255}}")
# The row that PostgreSQL refused, told with what it holds.
ROW = re.compile(r"(Key \([^)]*\)=|Failing row contains )\(.*\)")
CONTEXT = re.compile(r"^(CONTEXT:\s+).*", re.MULTILINE)


class Discreet(logging.Formatter):
    """A formatter that leaves out what would open a door to whoever reads the log, or tell them of a person."""

    def format(self, record):
        line = super().format(record)
        for pattern, instead in ((SECRET, r"\1…"), (ROW, r"\1(…)"), (CONTEXT, r"\1…"), (EMAIL, "…@…")):
            line = pattern.sub(instead, line)
        return line
