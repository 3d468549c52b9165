"""Files of feed items: featured image, PDFs, recordings, and the uploads of a WordPress export."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html import escape, unescape
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError

from news.models import Attachment, Message
from richtext import link_urls
from transfer.importer.feed_parser import Item, Node, absolute_url
from transfer.importer.text_constructs import clean_line, link_paragraph, to_plain_text
from transfer.importer.validation import RULES, ImportFault
from transfer.importer.xml_stream import read_items

MOST_UPLOADS = 200_000  # of one export
MOST_LINKED = 50  # PDFs of one message
UPLOAD_MARKER = b"attachment_url"

IMAGE_SUFFIX = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|heic)", re.IGNORECASE)
PDF_SUFFIX = re.compile(r"\.pdf", re.IGNORECASE)
FILE_SUFFIX = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|rtf|od[tsp]|zip|rar|7z|mp3|m4a|wav|ogg|mp4|m4v|mov|avi|wmv|webm|epub|csv|ics)",
    re.IGNORECASE,
)
LINK = re.compile(r'<a href="([^"<>]{1,2000})"[^<>]{0,500}>')
FILE_NAME = re.compile(
    r"[^\s/]{1,200}[._-][^\s/]{1,200}|\S{0,40}\d{3,}\S{0,40}|(?:img|dsc|image|untitled)\S{0,40}", re.IGNORECASE
)


class Upload(NamedTuple):
    """An uploaded or linked file of the old site."""

    url: str
    title: str = ""
    alt: str = ""
    caption: str = ""
    parent: str = ""  # ID of its post

    def image_html(self) -> str:
        """Return the file as an HTML image; "" if it is not an image."""
        if not IMAGE_SUFFIX.fullmatch(suffix(self.url)):
            return ""
        image = f'<img src="{escape(self.url)}" alt="{escape(self.alternative_text())}">'
        if self.caption:
            return f"<figure>{image}<figcaption>{escape(self.caption, quote=False)}</figcaption></figure>"
        return image

    def alternative_text(self) -> str:
        """Return the alternative text of an image; "" if only its file name is known."""
        title = "" if FILE_NAME.fullmatch(self.title) else self.title
        return self.alt or self.caption or title


class Uploads(dict[str, Upload]):
    """The files of a WordPress export by ID, and the images of each post."""

    def __init__(self):
        super().__init__()
        self.images_by_post: defaultdict[str, list[Upload]] = defaultdict(list)

    def add(self, upload_id: str, upload: Upload) -> None:
        """Add a file unless there are too many."""
        if len(self) < MOST_UPLOADS:
            self[upload_id] = upload
            if upload.parent not in ("", "0") and upload.image_html():
                self.images_by_post[upload.parent].append(upload)


def read_uploads(file: BinaryIO) -> Uploads:
    """Return the files of a WordPress export; they may come after the posts that use them."""
    found = Uploads()
    if not contains_bytes(file, UPLOAD_MARKER):
        return found
    try:
        for item in read_items(file):
            if isinstance(item, Item) and item.text("wp:post_type") == "attachment":
                captions = item.all("excerpt:encoded")
                upload = Upload(
                    item.text("wp:attachment_url") or item.text("guid"),
                    clean_line(unescape(item.text("title")))[:300],
                    clean_line(unescape(next(iter(item.meta["_wp_attachment_image_alt"]), "")))[:300],
                    to_plain_text(captions[0], typed=False)[:1000] if captions else "",
                    item.text("wp:post_parent"),
                )
                found.add(item.text("wp:post_id"), upload)
    except ImportFault:  # reported when the items are read
        pass
    return found


def contains_bytes(file: BinaryIO, mark: bytes) -> bool:
    """Return whether a file contains the bytes, and rewind it."""
    file.seek(0)
    end, found = b"", False
    while not found and (chunk := file.read(1_000_000)):
        found = mark in end + chunk
        end = chunk[-len(mark) :]
    file.seek(0)
    return found


def suffix(url: str) -> str:
    """Return the file suffix in a URL, such as ".jpg"."""
    try:
        name = unquote(urlsplit(url).path).rpartition("/")[2]
    except ValueError:
        return ""
    return "." + name.rpartition(".")[2] if "." in name else ""


class Files(NamedTuple):
    """The files that an item encloses."""

    images: list[Upload]
    pdfs: list[Upload]
    others: list[Upload]


def files_of(item: Item, base: str) -> Files:
    files = Files([], [], [])
    for node in enclosing_elements(item):
        url = absolute_url(base, node.attributes.get("url") or node.attributes.get("href") or "")
        mime_type, ending = node.attributes.get("type", "").lower(), suffix(url)
        upload = Upload(url, clean_line(node.attributes.get("title", "")))
        if mime_type.startswith("image/") or node.attributes.get("medium") == "image" or IMAGE_SUFFIX.fullmatch(ending):
            files.images.append(upload)
        elif mime_type == "application/pdf" or PDF_SUFFIX.fullmatch(ending):
            files.pdfs.append(upload)
        elif url.startswith(("http:", "https:")):
            files.others.append(upload)
    return files


def enclosing_elements(item: Item) -> Iterator[Node]:
    """Yield the elements of an item that enclose a file."""
    yield from (
        node for node in item.all("enclosure", "media:content", "media:thumbnail") if node.attributes.get("url")
    )
    yield from (node for node in item.all("atom:link") if node.attributes.get("rel") == "enclosure")
    yield from (
        node._replace(attributes={"url": node.attributes["src"]} | node.attributes)
        for node in item.all("atom:content")
        if node.attributes.get("src") and "html" not in node.attributes.get("type", "")
    )


def image_value(upload: Upload | None) -> dict | None:
    """Return the value of the key “picture”; an image without alternative text is decorative."""
    if upload is None or not upload.url:
        return None
    alt = upload.alternative_text()[: Message._meta.get_field("image_alt").max_length]
    return if_valid("picture", {"file": upload.url} | ({"alt": alt} if alt.strip() else {"decorative": True}))


def attachment_values(pdfs: list[Upload]) -> list[dict]:
    """Return the value of the key “attachments”, each file once."""
    longest = Attachment._meta.get_field("name").max_length
    by_url = {pdf.url: {"file": pdf.url, "name": pdf.title[:longest]} for pdf in reversed(pdfs)}
    return [each for each in reversed(by_url.values()) if if_valid("attachments", [each])][:MOST_LINKED]


def if_valid(key: str, value):
    """Return the value if the import accepts it, else None."""
    try:
        RULES[key](value)
    except (ImportFault, ValidationError):
        return None
    return value


def linked_files(html: str, host: str) -> tuple[list[Upload], int]:
    """Return the PDFs of the old site that a text links to, and the number of its other linked files."""
    pdfs, others = [], 0
    for found in LINK.finditer(html):
        url = unescape(found[1])
        ending = suffix(url)
        if not host or host_of(url) != host or not ending:
            continue
        if PDF_SUFFIX.fullmatch(ending):
            end = html.find("</a>", found.end(), found.end() + 2000)
            title = clean_line(unescape(re.sub(r"<[^<>]{0,1000}>", "", html[found.end() : end]))) if end >= 0 else ""
            pdfs.append(Upload(url, "" if "://" in title else title))
        others += bool(FILE_SUFFIX.fullmatch(ending))
    return pdfs, others


def host_of(url: str) -> str:
    """Return the host of a URL without “www.”, which most sites treat as the same host."""
    return link_urls.host_of(url).removeprefix("www.")


def link_paragraphs(others: list[Upload]) -> str:
    """Return paragraphs with links to files that are not imported."""
    return "".join("\n" + link_paragraph(each.url, each.title) for each in others)
