"""Feed item metadata: post or comment, public or not, slug, language, category and former URLs."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import get_supported_language_variant
from slugify import slugify

from transfer.importer.feed_parser import Item, absolute_url
from transfer.importer.text_constructs import clean_line, to_plain_text
from transfer.importer.validation import RULES, ImportFault

PUBLIC_STATUSES = {"", "publish", "future", "inherit"}  # WordPress statuses of approved posts
UNWANTED_STATUSES = {"trash", "auto-draft"}
BLOGGER_KIND_SCHEME = "http://schemas.google.com/g/2005#kind"  # scheme of Blogger's entry types
BLOGGER_KINDS = "http://schemas.google.com/blogger/2008/kind#"
LONGEST_NAME = 100  # characters of a category's name
LONGEST_SLUG = 50


def unwanted_type(item: Item) -> str:
    """Return the type of an item that is not a message (page, comment, setting); "" for a message."""
    kind, status = item.text("wp:post_type") or "post", item.text("wp:status")
    if kind != "post" or status in UNWANTED_STATUSES:
        return status if kind == "post" else kind
    terms = [node.attributes.get("term", "") for node in item.all("atom:category")]
    kind = next((term.removeprefix(BLOGGER_KINDS) for term in terms if term.startswith(BLOGGER_KINDS)), "")
    kind = kind or item.text("blogger:type").lower()
    if kind and kind != "post":
        return kind
    if item.text("blogger:status").upper() == "SOFT_TRASHED":
        return "trash"
    return "comment" if item.all("thr:in-reply-to") else ""


def was_public(item: Item) -> bool:
    """Return whether an item was public or approved: neither a draft nor behind a password."""
    draft = any(node.text.strip().lower() not in ("", "no", "false") for node in item.all("app:draft"))
    status = item.text("blogger:status").upper()
    return (
        item.text("wp:status") in PUBLIC_STATUSES
        and not item.text("wp:post_password")
        and not draft
        and status in ("", "LIVE")
    )


def slug_of(item: Item) -> str:
    """Return the WordPress slug of an item."""
    return unquote(item.text("wp:post_name"))


def language_of(item: Item) -> tuple[str, str]:
    """Return (code, unknown code): the language of an item if this site has it, else the code given."""
    texts = [node.language for node in item.all("atom:content", "atom:title", "content:encoded", "description")]
    declared = next(filter(None, [item.text("dc:language"), *texts, item.language, item.head.get("language", "")]), "")
    code = declared.strip().lower().replace("_", "-")
    if not code or code.partition("-")[0] in ("und", "mul", "zxx", "x"):
        return "", ""
    try:
        return get_supported_language_variant(code), ""
    except LookupError:
        return "", declared.strip()


def base_url(item: Item) -> str:
    """Return the base URL of an item."""
    link = absolute_url(item.base or item.head.get("base", ""), next(page_urls(item), ""))
    return next(
        (each for each in (link, item.base, item.head.get("link", "")) if each.startswith(("http:", "https:"))), ""
    )


def page_urls(item: Item) -> Iterator[str]:
    """Yield the URLs of the page of an item."""
    yield from filter(None, [item.text("feedburner:origLink"), item.text("link")])
    for node in item.all("atom:link"):
        if node.attributes.get("rel", "alternate") == "alternate" and node.attributes.get("href", "").strip():
            yield absolute_url(node.base, node.attributes["href"])
    for node in item.all("guid"):
        if node.attributes.get("isPermaLink", "true").strip().lower() != "false" and "/" in node.text:
            yield node.text.strip()
    if about := item.attributes.get("rdf:about", ""):
        yield about
    if name := item.text("blogger:filename"):
        yield name


def former_urls(item: Item) -> Iterator[str]:
    """Yield the former URLs of an item, except the front page with a query (/?p=7), which is our home page."""
    found = [url.strip() for url in page_urls(item)]
    for old in item.meta["_wp_old_slug"]:  # WordPress redirects from former slugs
        if found and (url := split_url(found[0])) and url.path.strip("/"):
            parent = url.path.rstrip("/").rpartition("/")[0]
            found.append(url._replace(path=f"{parent}/{old}" + "/" * url.path.endswith("/")).geturl())
    for link in dict.fromkeys(map(without_trackers, found)):
        try:
            path = RULES["old_urls"]([link])[0]
        except ImportFault:
            continue
        if link and not path.startswith("/?") and path != "/":
            yield link


def split_url(url: str):
    try:
        return urlsplit(url)
    except ValueError:
        return None


def without_trackers(url: str) -> str:
    """Return a URL without the tracking parameters of newsletters and feeds."""
    parts = split_url(url)
    if not parts or not parts.query:
        return url
    pairs = parts.query.split("&")
    wanted = [pair for pair in pairs if not is_tracking_parameter(pair.partition("=")[0].lower())]
    return parts._replace(query="&".join(wanted)).geturl() if len(wanted) < len(pairs) else url


def is_tracking_parameter(name: str) -> bool:
    return name.startswith("utm_") or name in ("fbclid", "gclid", "mc_cid", "mc_eid")


def category_of(item: Item) -> tuple[str, str] | None:
    """Return (slug, name) of the first category of an item that is usable here; None without one."""
    for node in item.all("category", "atom:category", "dc:subject"):
        attributes = node.attributes
        if attributes.get("domain", "category") != "category" and "nicename" in attributes:
            continue  # a WordPress tag
        if attributes.get("scheme") == BLOGGER_KIND_SCHEME or attributes.get("term", "").startswith(BLOGGER_KINDS):
            continue
        text = to_plain_text(node, typed=False) or clean_line(
            unescape(attributes.get("label") or attributes.get("term", ""))
        )
        name = text[:LONGEST_NAME]
        slug = slugify(attributes.get("nicename") or attributes.get("term") or name, max_length=LONGEST_SLUG)
        if not slug:
            continue
        try:
            return RULES["category"](slug), name
        except ValidationError:  # a number, or “feed”
            return f"category-{slug}"[:LONGEST_SLUG], name
    return None
