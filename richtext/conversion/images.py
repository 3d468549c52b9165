"""Image conversion: images that cannot be kept, and their captions."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from richtext import link_urls
from richtext.conversion.tree import Node

FILE_SUFFIXES = frozenset("jpg jpeg png gif webp avif heic bmp tif tiff svg emf wmf".split())
CAPTIONED = {"wp-caption", "image-container", "mw-default-size", "thumb"}
CAPTION = {"wp-caption-text", "wp-caption-dd", "wp-element-caption", "gallery-caption", "thumbcaption", "MsoCaption"}


def image_loss(node: Node, base_url: str) -> tuple[str, str]:
    """Return the kind of loss of an image, and its host or file name."""
    source = node.get("src") or node.get("data-src") or node.get("data-lazy-src") or node.get("data-original")
    if source.startswith(("data:", "about:")) and node.get("data-src"):
        source = node.get("data-src")
    scheme = source.partition(":")[0].lower() if ":" in source[:30] else ""
    if scheme == "file":
        return "local_picture", unquote(source).replace("\\", "/").rpartition("/")[2]
    if scheme in ("data", "blob", "cid", "webkit-fake-url", "content", "about"):
        return "foreign_picture", ""
    host = link_urls.host_of(source, base_url)
    return "foreign_picture", host or unquote(urlsplit(source).path if "[" not in source else "").rpartition("/")[2]


def is_pixel(node: Node) -> bool:
    """Return whether an image is a tracking pixel or a spacer."""
    sizes = {node.get("width").removesuffix("px"), node.get("height").removesuffix("px")}
    return bool(sizes & {"0", "1"}) and sizes <= {"0", "1", "2", "3"}


def is_symbol(node: Node) -> bool:
    """Return whether an image is an emoji or symbol, with the character as alternative text."""
    alt = node.get("alt").strip()
    return 0 < len(alt) <= 12 and not any((letter.isalnum() and letter.isascii()) or letter.isalpha() for letter in alt)


def is_file_name(alt: str) -> bool:
    """Return whether an alternative text is only a file name."""
    stem, _dot, suffix = alt.rpartition(".")
    return suffix.lower() in FILE_SUFFIXES and bool(stem) and not any(map(str.isspace, stem))


def is_captioned(node: Node) -> bool:
    """Return whether an element is an image with a caption."""
    return node.tag == "figure" or (node.tag in ("div", "dl", "table") and bool(CAPTIONED & set(node.classes)))


def is_caption(node: Node) -> bool:
    """Return whether an element is the caption of an image."""
    return node.tag == "figcaption" or bool(CAPTION & set(node.classes))


def remove_elements(node: Node, others: list[Node]) -> None:
    """Remove elements anywhere below `node`."""
    removed = {id(other) for other in others}
    node.children = [child for child in node.children if id(child) not in removed]
    for child in node.children:
        if isinstance(child, Node):
            remove_elements(child, others)
