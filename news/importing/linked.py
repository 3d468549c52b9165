"""What an item of a feed has beside its text: a featured picture, PDFs, recordings; and WordPress's uploads."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html import escape, unescape
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError

from news.importing.constructs import link, plain_of, tidy
from news.importing.rules import RULES, Fault
from news.importing.stream import items
from news.importing.xml import Item, Node, joined
from news.models import Attachment, Message

MOST_UPLOADS = 200_000  # of one export, that are kept in mind
MOST_LINKED = 50  # PDFs of one message
MARK = b"attachment_url"

IMAGES = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|heic)", re.IGNORECASE)
PDF = re.compile(r"\.pdf", re.IGNORECASE)
FILES = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|rtf|od[tsp]|zip|rar|7z|mp3|m4a|wav|ogg|mp4|m4v|mov|avi|wmv|webm|epub|csv|ics)",
    re.IGNORECASE,
)
LINK = re.compile(r'<a href="([^"<>]{1,2000})"[^<>]{0,500}>')
FILE_NAME = re.compile(
    r"[^\s/]{1,200}[._-][^\s/]{1,200}|\S{0,40}\d{3,}\S{0,40}|(?:img|dsc|image|untitled)\S{0,40}", re.IGNORECASE
)


class Upload(NamedTuple):
    """A file of a WordPress site, as its export names it."""

    address: str
    title: str = ""
    alt: str = ""
    caption: str = ""
    parent: str = ""  # the number of the post for which it was uploaded

    def picture(self) -> str:
        """Return the mark-up of it as a picture; nothing where it is another file."""
        if not IMAGES.fullmatch(suffix(self.address)):
            return ""
        image = f'<img src="{escape(self.address)}" alt="{escape(self.words())}">'
        if self.caption:
            return f"<figure>{image}<figcaption>{escape(self.caption, quote=False)}</figcaption></figure>"
        return image

    def words(self) -> str:
        """Return what it shows, for those who do not see it; nothing where only a file's name is known."""
        title = "" if FILE_NAME.fullmatch(self.title) else self.title
        return self.alt or self.caption or title


class Uploads(dict[str, Upload]):
    """The files of a WordPress site by their numbers, and the pictures that were uploaded for each post."""

    def __init__(self):
        super().__init__()
        self.pictures_of: defaultdict[str, list[Upload]] = defaultdict(list)

    def add(self, number: str, upload: Upload) -> None:
        """Keep a file in mind, within bounds."""
        if len(self) < MOST_UPLOADS:
            self[number] = upload
            if upload.parent not in ("", "0") and upload.picture():
                self.pictures_of[upload.parent].append(upload)


def uploads(file: BinaryIO) -> Uploads:
    """Return the files that a WordPress export names; they may come after the posts that use them."""
    found = Uploads()
    if not holds(file, MARK):
        return found
    try:
        for item in items(file):
            if isinstance(item, Item) and item.text("wp:post_type") == "attachment":
                captions = item.all("excerpt:encoded")
                upload = Upload(
                    item.text("wp:attachment_url") or item.text("guid"),
                    tidy(unescape(item.text("title")))[:300],
                    tidy(unescape(next(iter(item.meta["_wp_attachment_image_alt"]), "")))[:300],
                    plain_of(captions[0], typed=False)[:1000] if captions else "",
                    item.text("wp:post_parent"),
                )
                found.add(item.text("wp:post_id"), upload)
    except Fault:  # is named when the items are read
        pass
    return found


def holds(file: BinaryIO, mark: bytes) -> bool:
    """Say whether a file holds some bytes, and go back to its beginning."""
    file.seek(0)
    end, answer = b"", False
    while not answer and (chunk := file.read(1_000_000)):
        answer = mark in end + chunk
        end = chunk[-len(mark) :]
    file.seek(0)
    return answer


# Files by what they are


def suffix(address: str) -> str:
    """Return the ending of the file that an address names: “.jpg”."""
    try:
        name = unquote(urlsplit(address).path).rpartition("/")[2]
    except ValueError:
        return ""
    return "." + name.rpartition(".")[2] if "." in name else ""


class Files(NamedTuple):
    """The files that belong to an item: addresses, each with what is known of it."""

    pictures: list[Upload]
    pdfs: list[Upload]
    others: list[Upload]


def files_of(item: Item, base: str) -> Files:
    """Return the files that an item encloses."""
    found = Files([], [], [])
    for node in enclosed(item):
        address = joined(base, node.given.get("url") or node.given.get("href") or "")
        kind, ending = node.given.get("type", "").lower(), suffix(address)
        title = tidy(node.given.get("title", ""))
        if kind.startswith("image/") or node.given.get("medium") == "image" or IMAGES.fullmatch(ending):
            found.pictures.append(Upload(address, title))
        elif kind == "application/pdf" or PDF.fullmatch(ending):
            found.pdfs.append(Upload(address, title))
        elif address.startswith(("http:", "https:")):
            found.others.append(Upload(address, title))
    return found


def enclosed(item: Item) -> Iterator[Node]:
    """Yield the elements of an item that enclose a file."""
    yield from (node for node in item.all("enclosure", "media:content", "media:thumbnail") if node.given.get("url"))
    yield from (node for node in item.all("atom:link") if node.given.get("rel") == "enclosure")
    yield from (
        node._replace(given={"url": node.given["src"]} | node.given)
        for node in item.all("atom:content")
        if node.given.get("src") and "html" not in node.given.get("type", "")
    )


def picture_of(found: Upload | None) -> dict | None:
    """Return the key of an import for a message's own picture; without words it is a decorative one."""
    if found is None or not found.address:
        return None
    alt = found.words()[: Message._meta.get_field("image_alt").max_length]
    given = {"file": found.address} | ({"alt": alt} if alt.strip() else {"decorative": True})
    return valid("picture", given)


def attachments_of(pdfs: list[Upload]) -> list[dict]:
    """Return the key of an import for attachments, each file once."""
    longest = Attachment._meta.get_field("name").max_length
    given = {each.address: {"file": each.address, "name": each.title[:longest]} for each in reversed(pdfs)}
    return [each for each in reversed(given.values()) if valid("attachments", [each])][:MOST_LINKED]


def valid(key: str, value):
    """Return a value that an import takes; None for another."""
    try:
        RULES[key](value)
    except (Fault, ValidationError):
        return None
    return value


# Files that a text links


def linked(html: str, host: str) -> tuple[list[Upload], int]:
    """Return the PDFs of the old site that a text links, with their words, and how many other files of it it links."""
    pdfs, others = [], 0
    for found in LINK.finditer(html):
        address = unescape(found[1])
        ending = suffix(address)
        if not host or host_of(address) != host or not ending:
            continue
        if PDF.fullmatch(ending):
            end = html.find("</a>", found.end(), found.end() + 2000)
            words = tidy(unescape(re.sub(r"<[^<>]{0,1000}>", "", html[found.end() : end]))) if end >= 0 else ""
            pdfs.append(Upload(address, "" if "://" in words else words))
        others += bool(FILES.fullmatch(ending))
    return pdfs, others


def host_of(address: str) -> str:
    """Return the host of an address, without the www. that many sites answer to both with and without."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def links(others: list[Upload]) -> str:
    """Return paragraphs that link recordings and other files which cannot be kept here."""
    return "".join("\n" + link(each.address, each.title) for each in others)
