"""Where an item of a feed comes from, and what it was there: post or comment, public or not, under which addresses."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from slugify import slugify

from news.importing.constructs import plain_of, tidy
from news.importing.rules import RULES, Fault
from news.importing.xml import Item, joined

OUT = {"", "publish", "future", "inherit"}  # what WordPress calls what is approved
DROPPED = {"trash", "auto-draft"}
KIND = "http://schemas.google.com/g/2005#kind"  # by which Blogger says what an entry is
KINDS = "http://schemas.google.com/blogger/2008/kind#"
LONGEST_NAME = 100  # characters of a category's name
LONGEST_WORD = 50


def unwanted(item: Item) -> str:
    """Return what an item is where it is not a message: a page, a comment, a setting; nothing where it is one."""
    kind, status = item.text("wp:post_type") or "post", item.text("wp:status")
    if kind != "post" or status in DROPPED:
        return status if kind == "post" else kind
    terms = [node.given.get("term", "") for node in item.all("atom:category")]
    kind = next((term.removeprefix(KINDS) for term in terms if term.startswith(KINDS)), "")
    kind = kind or item.text("blogger:type").lower()
    if kind and kind != "post":
        return kind
    if item.text("blogger:status").upper() == "SOFT_TRASHED":
        return "trash"
    return "comment" if item.all("thr:in-reply-to") else ""


def is_out(item: Item) -> bool:
    """Say whether an item was public, or approved to be: no draft, none behind a password."""
    draft = any(node.text.strip().lower() not in ("", "no", "false") for node in item.all("app:draft"))
    status = item.text("blogger:status").upper()
    return item.text("wp:status") in OUT and not item.text("wp:post_password") and not draft and status in ("", "LIVE")


def slug(item: Item) -> str:
    """Return the last part of the address that an item had in WordPress."""
    return unquote(item.text("wp:post_name"))


def language(item: Item) -> tuple[str, str]:
    """Return the language of an item where messages may have it, else the code that it names."""
    texts = [node.language for node in item.all("atom:content", "atom:title", "content:encoded", "description")]
    given = next(filter(None, [item.text("dc:language"), *texts, item.language, item.head.get("language", "")]), "")
    code = given.strip().lower().replace("_", "-").partition("-")[0]
    if not code or code in ("und", "mul", "zxx", "x") or code in dict(settings.LANGUAGES):
        return code if code in dict(settings.LANGUAGES) else "", ""
    return "", given.strip()


def base(item: Item) -> str:
    """Return the address against which relative ones in an item are meant."""
    link = joined(item.base or item.head.get("base", ""), next(links(item), ""))
    return next(
        (each for each in (link, item.base, item.head.get("link", "")) if each.startswith(("http:", "https:"))), ""
    )


def links(item: Item) -> Iterator[str]:
    """Yield the addresses of the page that an item was."""
    yield from filter(None, [item.text("feedburner:origLink"), item.text("link")])
    for node in item.all("atom:link"):
        if node.given.get("rel", "alternate") == "alternate" and node.given.get("href", "").strip():
            yield joined(node.base, node.given["href"])
    for node in item.all("guid"):
        if node.given.get("isPermaLink", "true").strip().lower() != "false" and "/" in node.text:
            yield node.text.strip()
    if about := item.given.get("rdf:about", ""):
        yield about
    if name := item.text("blogger:filename"):
        yield name


def addresses(item: Item) -> Iterator[str]:
    """Yield the addresses at which an item was, but for the front page with a query (/?p=7): that is our home."""
    found = [address.strip() for address in links(item)]
    for old in item.meta["_wp_old_slug"]:  # WordPress leads on from the words that an address had before
        if found and (path := urlsplit_or_none(found[0])) and path.path.strip("/"):
            parts = path.path.rstrip("/").split("/")
            parts[-1] = old
            found.append(path._replace(path="/".join(parts) + "/" * path.path.endswith("/")).geturl())
    for link in dict.fromkeys(map(without_trackers, found)):
        try:
            address = RULES["old_urls"]([link])[0]
        except Fault:
            continue
        if link and not address.startswith("/?") and address != "/":
            yield link


def urlsplit_or_none(address: str):
    """Return the parts of an address, None where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def without_trackers(address: str) -> str:
    """Return an address without what newsletters and feeds add to it to count readers."""
    parts = urlsplit_or_none(address)
    if not parts or not parts.query:
        return address
    kept = [each for each in parts.query.split("&") if not is_tracker(each.partition("=")[0].lower())]
    return parts._replace(query="&".join(kept)).geturl() if len(kept) < parts.query.count("&") + 1 else address


def is_tracker(name: str) -> bool:
    """Say whether a parameter only counts readers."""
    return name.startswith("utm_") or name in ("fbclid", "gclid", "mc_cid", "mc_eid")


def category(item: Item) -> tuple[str, str] | None:
    """Return the word and the name of the first category that can be one here."""
    for node in item.all("category", "atom:category", "dc:subject"):
        given = node.given
        if given.get("domain", "category") != "category" and "nicename" in given:
            continue  # a WordPress tag
        if given.get("scheme") == KIND or given.get("term", "").startswith(KINDS):
            continue
        text = plain_of(node, typed=False) or tidy(unescape(given.get("label") or given.get("term", "")))
        name = text[:LONGEST_NAME]
        word = slugify(given.get("nicename") or given.get("term") or name, max_length=LONGEST_WORD)
        if not word:
            continue
        try:
            return RULES["category"](word), name
        except ValidationError:  # a number, or “feed”
            return f"category-{word}"[:LONGEST_WORD], name
    return None
