"""Tokens of HTML as nh3 writes it: start tags with their attributes, end tags and text."""

from __future__ import annotations

import re
from html import escape, unescape

TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z]+="[^"]*")*)>|[^<]+')
ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')

# Control characters, overrides of the writing direction, noncharacters. Not among them: the marks and joiners that
# Arabic, Persian and emoji need (U+061C, U+200C to U+200F).
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ud800-\udfff\ufffe\uffff]"
)


def attributes_of(start_tag: str) -> dict[str, str]:
    """Return the attributes of a start tag as nh3 writes it."""
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(start_tag)}


def start_tag_html(tag: str, attributes: dict[str, str]) -> str:
    """Return a start tag."""
    return "<" + " ".join([tag, *(f'{name}="{escape(value)}"' for name, value in attributes.items())]) + ">"
