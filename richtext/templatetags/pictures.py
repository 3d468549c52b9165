"""Pictures as they are printed on a page: in several widths and formats, with their size, so that nothing jumps."""

from html import unescape

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from richtext.handover import address
from richtext.renditions import SUFFIXES, TYPES, Picture
from richtext.structure import ATTRIBUTE

register = template.Library()

# How wide a picture stands: a column of text, or a telephone's whole width. (An em is 16 pixels here, not the page's.)
IN_COLUMN = "(min-width: 56em) 52em, 100vw"
IN_TEXT = "(min-width: 46em) 42em, 100vw"


@register.simple_tag
def picture(file, alt, focus_x=50, focus_y=50):
    """Return the mark-up of a picture of a message. One that is not saved yet (a preview) has no address."""
    if not file or not file._committed:
        return ""
    found = Picture.named(file.name)
    if found is None:
        return format_html('<img src="{}" alt="{}">', address(file.name), alt)
    return format_html(
        '<picture>{}<img src="{}" srcset="{}" sizes="{}" alt="{}" width="{}" height="{}"{}></picture>',
        sources(found, IN_COLUMN),
        address(found.name),
        source_set(found, found.kinds[-1]),
        IN_COLUMN,
        alt,
        found.width,
        found.height,
        focus(focus_x, focus_y),
    )


def in_renditions(tag: str) -> str:
    """Return an <img> of a clean text with its renditions; as it is where the picture was not drawn here."""
    given = {name: unescape(value) for name, value in ATTRIBUTE.findall(tag)}
    found = Picture.named(given.get("src", "").removeprefix(address("")))
    if found is None:
        return tag
    size = "" if given.keys() & {"width", "height"} else f' width="{found.width}" height="{found.height}"'
    offered = format_html(' srcset="{}" sizes="{}" loading="lazy">', source_set(found, found.kinds[-1]), IN_TEXT)
    return f"<picture>{sources(found, IN_TEXT)}{tag.removesuffix('>')}{size}{offered}</picture>"


def sources(found: Picture, sizes: str):
    """Return a <source> for each format that a browser may know and the picture itself has not."""
    return format_html_join(
        "",
        '<source type="{}" srcset="{}" sizes="{}">',
        ((TYPES[SUFFIXES[kind]], source_set(found, kind), sizes) for kind in found.kinds[:-1]),
    )


def source_set(found: Picture, kind: str) -> str:
    """Return the value of `srcset` for one format."""
    return ", ".join(f"{address(name)} {width}w" for name, width in found.source_set(kind))


def focus(x: int, y: int):
    """Return the classes that keep the focus in view where a picture is cut, to the nearest tenth: no style attribute.

    The middle has none.
    """
    classes = [f"{axis}{round(place / 10) * 10}" for axis, place in (("x", x), ("y", y)) if round(place / 10) != 5]
    return mark_safe(f' class="{" ".join(classes)}"') if classes else ""  # noqa: S308  (letters and numbers)


register.filter("media_address", address)
