r"""Citations of a message: BibTeX and RIS for reference managers, and quotation marks in a citation for people.

BibTeX is read twice: by BibTeX, which counts braces, escaped ones too, and by LaTeX, to which \ { } $ & % # _ ^ ~ are
commands. RIS has one field on each line and no escapes.
"""

from __future__ import annotations

from django.conf import settings

from core.site_urls import absolute_url
from core.text_fields import clean_line

CONTENT_TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
}
# Macros that every BibTeX style defines.
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# Braces become commands: BibTeX would count a lone "\{" as an opening brace, and read on to the end of the file.
LATEX_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "$&%#_"},
    }
)


def render_citation(message, kind: str) -> str:
    """Return the citation of a message as a file of a kind in CONTENT_TYPES."""
    return {"bib": render_bibtex, "ris": render_ris}[kind](message)


def render_bibtex(message) -> str:
    """Return the citation as a BibTeX entry, in UTF-8.

    The type is @misc, the one for web pages that all styles know. Year and month are for BibTeX, the date is for
    BibLaTeX. Inner braces keep the name whole and the capital letters of the headline as they are.
    """
    day = message.day
    fields = {
        "author": f"{{{{{escape_latex(settings.EMBASSY_NAME)}}}}}",
        "title": f"{{{{{escape_latex(message.headline)}}}}}",
        "year": f"{{{day.year}}}",
        "month": MONTHS[day.month - 1],
        "date": f"{{{day.isoformat()}}}",
        "language": f"{{{message.language}}}",
        "url": f"{{{absolute_url(message.get_absolute_url())}}}",  # its own characters need no escape
    }
    lines = "".join(f"  {name} = {value},\n" for name, value in fields.items())
    return f"@misc{{message-{day.isoformat()}-{message.slug},\n{lines}}}\n"


def render_ris(message) -> str:
    """Return the citation as a RIS record, with the type of a web page.

    A comma in AU separates a person's names, so that the embassy's name is there without commas, and whole in PB.
    """
    day, name = message.day, clean_line(settings.EMBASSY_NAME)
    fields = [
        ("TY", "ELEC"),
        ("AU", clean_line(name.replace(",", " "))),
        ("TI", clean_line(message.headline)),
        ("PB", name),
        ("PY", str(day.year)),
        ("DA", day.strftime("%Y/%m/%d")),
        ("LA", message.language),
        ("UR", absolute_url(message.get_absolute_url())),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in fields)


def escape_latex(text: str) -> str:
    """Return a text on one line for a BibTeX field in braces."""
    return clean_line(text).translate(LATEX_ESCAPES)


# Quotation marks

# What an opening mark becomes, and what ends it, with what that becomes.
OPENING = {"“": "‘", "„": "‚", "‘": "“", "‚": "„"}
CLOSING = {
    "“": {"”": "’"},
    "„": {"“": "‘", "”": "’"},
    "‘": {"’": "”"},
    "‚": {"‘": "“", "’": "”"},
}


def quote_inside(text: str) -> str:
    """Return a text for a place between double quotation marks: its own are single, and those inside them double.

    Apostrophes, inches and marks of another kind («») stay.
    """
    turned, opened = [], []
    for place, character in enumerate(text):
        before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
        mark = character
        if character == '"':
            mark = "”" if before.strip(" \u00a0([–—-") else "“"
        is_apostrophe = mark == "’" and before.isalnum() and after.isalnum()
        closing = CLOSING[opened[-1]].get(mark) if opened and not is_apostrophe else None
        if closing:
            opened.pop()
            turned.append(closing)
        elif mark in "“„" or (mark in "‘‚" and opened):
            opened.append(mark)
            turned.append(OPENING[mark])
        else:
            turned.append(character)
    return "".join(turned)
