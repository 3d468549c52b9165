"""An item of a feed as a message: what of an RSS, an Atom or a WordPress file becomes which key of an import."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from html import escape, unescape
from typing import BinaryIO
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from slugify import slugify

from news.importing.lines import Line, read
from news.importing.rules import RULES, Fault
from news.importing.xml import Item, items
from richtext.cleaner import clean
from richtext.text import first_paragraph, one_line

OUT = {"", "publish", "future", "inherit"}  # what WordPress calls what is approved
DROPPED = {"trash", "auto-draft"}
NEVER = "0000-00-00"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
INLINE = re.compile(r"</?(?:a|b|br|em|font|i|span|strong|sub|sup|u)\b[^>]*>", re.IGNORECASE)
BLOCKS = re.compile(r"<(?:p|div|h[1-6]|ul|ol|table|blockquote|figure|pre|!-- wp:)\b", re.IGNORECASE)
CAPTION = re.compile(r"\[caption\b[^\]]*\](.*?)\[/caption\]", re.DOTALL)
IMAGE = re.compile(r"(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", re.IGNORECASE)


def entries(file: BinaryIO, category: str, notes: Counter) -> Iterator[tuple[int, Line | Fault]]:
    """Yield what each item of a feed comes to, a message or a fault, with its number. `category`: for those without."""
    number = 0
    try:
        for item in items(file):
            number = item.number
            kind, status = item.text("wp:post_type") or "post", item.text("wp:status")
            if kind != "post" or status in DROPPED:
                notes[_("Left out, as it is no message: %s.") % (status if kind == "post" else kind)[:40]] += 1
                continue
            try:
                given = message(item, category)
                if given["publish_at"] is None and status in OUT:
                    notes[_("Without a date, and so a draft.")] += 1
                # By the same door as every other line, so that the same rules hold.
                yield number, read(json.dumps(given).encode())
            except Fault as fault:
                yield number, fault
    except Fault as fault:  # what follows can't be read
        yield number + 1, fault


def message(item: Item, category: str) -> dict:
    """Return the keys of an import that an item comes to."""
    body = text_of(item)
    lead = one_line(unescape(item.text("excerpt:encoded")) or summary(item, body))
    given = {
        "headline": headline(item) or Truncator(first_paragraph(clean(body))).words(12) or _("Untitled"),
        "publish_at": moment(item) if is_out(item) else None,
        "lead": lead,
        "body": body,
        "slug": slug(item),
        "language": language(item),
        "old_urls": list(addresses(item)),
    }
    word, name = category_of(item) or (category, "")
    return given | {"category": word} | ({"category_name": name} if name else {})


def headline(item: Item) -> str:
    """Return the title without mark-up, on one line."""
    for given, text in item.all("atom:title"):
        if given.get("type", "text") == "text":
            return " ".join(text.split())
    return " ".join(unescape(INLINE.sub("", item.text("title", "atom:title"))).split())


def text_of(item: Item) -> str:
    """Return the whole text as HTML."""
    if found := item.text("content:encoded"):
        return from_wordpress(found)
    for given, text in item.all("atom:content"):
        return text if given.get("type") in ("html", "xhtml", "text/html") else paragraphs(escape(text))
    return item.text("description") or "".join(text for _given, text in item.all("atom:summary")[:1])


def summary(item: Item, body: str) -> str:
    """Return what stands above the text; nothing where the text is all that there is, or begins with it."""
    found = item.text("description", "atom:summary")
    words = one_line(unescape(found))
    return "" if found == body or words[:80] in one_line(clean(body)) else found


def from_wordpress(html: str) -> str:
    """Return a text with the paragraphs and captions that WordPress adds when it shows it."""

    def figure(match):
        image = IMAGE.search(match[1])
        words = match[1].replace(image[0], "").strip() if image else ""
        return f"\n\n<figure>{image[0]}<figcaption>{words}</figcaption></figure>\n\n" if image else match[1]

    html = CAPTION.sub(figure, html)
    return html if re.search(r"<p\b", html, re.IGNORECASE) else paragraphs(html)


def paragraphs(text: str) -> str:
    """Return a text whose paragraphs have blank lines between as HTML."""
    parts = filter(None, (part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))))
    return "\n".join(part if BLOCKS.match(part) else f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts)


def is_out(item: Item) -> bool:
    """Say whether an item was public, or approved to be: no draft, none behind a password."""
    draft = any(text.strip() == "yes" for _given, text in item.all("app:draft"))
    return item.text("wp:status") in OUT and not item.text("wp:post_password") and not draft


def moment(item: Item) -> str | None:
    """Return when an item was published; None where it doesn't say."""
    found = item.text("wp:post_date_gmt")
    if found and not found.startswith(NEVER):
        return found.replace(" ", "T") + "+00:00"
    found = item.text("pubDate")
    if found:
        try:
            when = parsedate_to_datetime(found)
        except (ValueError, TypeError, OverflowError):
            raise Fault(_("its date is %s, which is no date of RFC 822.") % found[:60]) from None
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).isoformat()
    found = item.text("atom:published", "dc:date", "atom:updated")
    return f"{found}T00:00:00+00:00" if DAY.fullmatch(found) else found or None


def slug(item: Item) -> str:
    """Return the last part of the address where it can be one here."""
    return slugify(unquote(item.text("wp:post_name")), max_length=120)


def language(item: Item) -> str:
    """Return the language of the feed where messages may have it."""
    code = item.head.get("language", "").partition("-")[0].lower()
    return code if code in dict(settings.LANGUAGES) else ""


def addresses(item: Item) -> Iterator[str]:
    """Yield the addresses at which the item stood, but for the front page with a query (/?p=7): that is our home."""
    links = [item.text("link"), *(given.get("href", "") for given, _text in item.all("atom:link") if alternate(given))]
    links += [text for given, text in item.all("guid") if given.get("isPermaLink", "true") == "true"]
    for link in links:
        try:
            address = RULES["old_urls"]([link.strip()])[0]
        except Fault:
            continue
        if link and not address.startswith("/?") and address != "/":
            yield link.strip()


def alternate(given: dict[str, str]) -> bool:
    """Say whether a link of an Atom entry leads to its page."""
    return given.get("rel", "alternate") == "alternate"


def category_of(item: Item) -> tuple[str, str] | None:
    """Return the word and the name of the first category that can be one here."""
    for given, text in [*item.all("category"), *item.all("atom:category")]:
        if given.get("domain", "category") != "category" and "nicename" in given:
            continue  # a WordPress tag
        name = one_line(unescape(text or given.get("label") or given.get("term", "")))[:100]
        word = slugify(given.get("nicename") or given.get("term") or name, max_length=50)
        if not word:
            continue
        try:
            return RULES["category"](word), name
        except ValidationError:  # a number, or “feed”
            return f"category-{word}"[:50], name
    return None
