"""Template tags for responsive images: `<picture>` with widths, formats and dimensions (no layout shift)."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from richtext.renditions import CONTENT_TYPES, SUFFIXES, ImageFile
from richtext.sanitize.tokens import attributes_of
from richtext.serving import media_url

register = template.Library()

# Display width: a text column, or the full width of a phone. (Here an em is 16 pixels, regardless of the page.)
IN_COLUMN = "(min-width: 56em) 52em, 100vw"
IN_TEXT = "(min-width: 46em) 42em, 100vw"


@register.simple_tag(name="responsive_image")
def responsive_image(file, alt, focus_x=50, focus_y=50):
    """Return the HTML of a lead image; "" for an unsaved one, in a preview."""
    if not file or not file._committed:
        return ""
    found = ImageFile.named(file.name)
    if found is None:
        return format_html('<img src="{}" alt="{}">', media_url(file.name), alt)
    return format_html(
        '<picture>{}<img src="{}" srcset="{}" sizes="{}" alt="{}" width="{}" height="{}"{}></picture>',
        source_elements(found, IN_COLUMN),
        media_url(found.name),
        srcset(found, found.kinds[-1]),
        IN_COLUMN,
        alt,
        found.width,
        found.height,
        focus_classes(focus_x, focus_y),
    )


def with_renditions(tag: str) -> str:
    """Return an <img> of a sanitised text with its renditions; unchanged if this site has not encoded the image."""
    attributes = attributes_of(tag)
    found = ImageFile.named(attributes.get("src", "").removeprefix(media_url("")))
    if found is None:
        return tag
    size = "" if attributes.keys() & {"width", "height"} else f' width="{found.width}" height="{found.height}"'
    offered = format_html(' srcset="{}" sizes="{}" loading="lazy">', srcset(found, found.kinds[-1]), IN_TEXT)
    return f"<picture>{source_elements(found, IN_TEXT)}{tag.removesuffix('>')}{size}{offered}</picture>"


def source_elements(found: ImageFile, sizes: str):
    """Return a <source> for each format other than that of the image."""
    return format_html_join(
        "",
        '<source type="{}" srcset="{}" sizes="{}">',
        ((CONTENT_TYPES[SUFFIXES[kind]], srcset(found, kind), sizes) for kind in found.kinds[:-1]),
    )


def srcset(found: ImageFile, kind: str) -> str:
    """Return the value of `srcset` for one format."""
    return ", ".join(f"{media_url(name)} {width}w" for name, width in found.source_set(kind))


def focus_classes(x: int, y: int):
    """Return CSS classes for the focal point of an image, rounded to tenths; none for the centre.

    Classes, because the content security policy forbids style attributes.
    """
    classes = [f"{axis}{round(value / 10) * 10}" for axis, value in (("x", x), ("y", y)) if round(value / 10) != 5]
    return mark_safe(f' class="{" ".join(classes)}"') if classes else ""  # noqa: S308  (letters and numbers)


register.filter("media_url", media_url)
