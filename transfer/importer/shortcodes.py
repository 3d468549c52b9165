"""WordPress shortcodes such as `[embed]…[/embed]`: supported ones become HTML, others are removed and reported.

Brackets in sentences stay: `[sic]`, `[1]`, `[…]`. A shortcode is recognised by its name, an attribute or its end tag.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import unquote

from transfer.importer.feed_files import IMAGE_SUFFIX, suffix
from transfer.importer.text_constructs import link_paragraph

DEEPEST = 8  # levels of nesting
MAX_ENCODED = 200_000  # characters of base64 from a page builder

TAG = re.compile(
    r"\[(\[?)(/?)([A-Za-z][A-Za-z0-9_-]{0,60})(?=[\s\]/=])"
    r"((?:[^\[\]\"'<>]++|\"[^\"\[\]]*+\"|'[^'\[\]]*+')*+)\](\]?)"
)
ATTRIBUTE = re.compile(r"([A-Za-z][\w-]{0,60})\s?=\s?(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s\"']{1,2000}))")
WEB_URL = re.compile(r"https?://[^\s\"'<>\[\]|]{1,2000}")
QUOTES = re.compile("[“”″]|&#8220;|&#8221;|&#8243;|&quot;")  # that editors put in place of "
# Prefixes of page builders. Their shortcodes with one of the LAYOUT parts only arrange their content.
BUILDER = re.compile(
    r"(?:vc|et_pb|fusion|av|fl|cs|x|mk|kc|tatsu|siteorigin|elementor|us|wpb|su|cmsms|bt_bb|ultimate)_[a-z0-9_-]{1,60}"
)
LAYOUT_PARTS = re.compile(
    r"row|col|section|container|inner|text|builder|content|wrap|group|grid|tab|tta|accordion|toggle|spoiler|panel|box|"
    r"fullwidth|specialty|layout|block|spac|separator|divider|empty|clear|one|two|three|four|half|third|fourth|blurb"
)
LAYOUT_SHORTCODES = {
    "row", "column", "columns", "col", "section", "container", "tabs", "tab", "accordion", "accordions", "toggle",
    "box",
    "one_half", "one_half_last", "one_third", "one_third_last", "two_third", "two_third_last", "one_fourth",
    "one_fourth_last", "three_fourth", "divider", "spacer", "clear", "center", "nextpage", "dropcap", "highlight",
    "pullquote", "quote", "code", "sourcecode",
}  # fmt: skip
MEDIA = {
    "embed", "audio", "video", "youtube", "vimeo", "soundcloud", "wpvideo", "dailymotion", "ted", "tweet", "instagram",
    "facebook", "scribd", "slideshare", "googlemaps",
}  # fmt: skip
VIDEOS = {"youtube": "https://www.youtube.com/watch?v=%s", "vimeo": "https://vimeo.com/%s"}
FOOTNOTES = {"footnote", "ref", "efn_note", "mfn"}
CAPTIONS = {"caption", "wp_caption"}
BUTTONS = {"button", "su_button", "fusion_button", "av_button"}
FORMS = {"contact-form", "contact-form-7", "gravityform", "ninja_form", "wpforms", "mc4wp_form", "recent-posts"}
BARE_SHORTCODES = {"gallery", "playlist", "sitemap", "archives"}  # shortcodes even without an attribute
ENCLOSING = MEDIA | FOOTNOTES | CAPTIONS | BUTTONS | {"gallery", "vc_raw_html", "vc_raw_js"}  # enclose content
ADDRESSES = (
    "src", "url", "href", "link", "mp4", "m4v", "webm", "ogv", "mp3", "m4a", "ogg", "wav", "flv", "wmv", "button_url",
    "link_url", "video", "map",
)  # fmt: skip
IMAGE = re.compile(r"(?:<a\s[^<>]{0,2000}>\s{0,9})?<img\s[^<>]{1,4000}>(?:\s{0,9}</a>)?", re.IGNORECASE)


class ShortcodeConverter:
    """Converts the shortcodes of one text; `removed` has the names of those that are not supported.

    `image` returns the HTML of an image by its WordPress ID, `gallery` that of all images of the post.
    """

    def __init__(self, image: Callable[[str], str] = lambda upload_id: "", gallery: Callable[[], list[str]] = list):
        self.removed: list[str] = []
        self.image, self.gallery = image, gallery
        self.opened: set[str] = set()

    def to_html(self, html: str, depth: int = 0) -> str:
        """Return a text with its shortcodes converted to HTML."""
        if "[" not in html:
            return html
        end_tags = [found for found in TAG.finditer(html) if found[2]]
        last_end = {found[3].lower(): found.start() for found in end_tags}
        last_exact_end = {found[0]: found.start() for found in end_tags}
        out, position = [], 0
        while found := TAG.search(html, position):
            bracket, closing, tag, parameters, tail = found.groups()
            name, start = tag.lower(), position
            position = found.end()
            out.append(html[start : found.start()])
            if bracket and tail:  # [[name]] is the escape for the text "[name]"
                out.append(found[0][1:-1])
                continue
            out.append(bracket)
            if closing and name in self.opened:
                out.append(tail)
            elif closing or not is_shortcode(name, parameters, last_end.get(name, -1) > found.start()):
                out.append(found[0][len(bracket) :])
            else:
                content, end = None, f"[/{tag}]"
                if name in ENCLOSING and last_exact_end.get(end, -1) >= position and depth < DEEPEST and not tail:
                    at = html.find(end, position)
                    content, position = html[position:at], at + len(end)
                else:
                    self.opened.add(name)
                out.append(self.converted(name, parameters, content, depth) + tail)
        return "".join([*out, html[position:]])

    def converted(self, name: str, parameters: str, content: str | None, depth: int) -> str:
        """Return a shortcode as HTML."""
        parameters = QUOTES.sub('"', parameters)
        attributes = {key.lower(): unescape(a or b or c) for key, a, b, c in ATTRIBUTE.findall(parameters)}
        if name in ("vc_raw_html", "vc_raw_js"):
            return self.encoded(name, content or "")
        inside = self.to_html(content, depth + 1) if content else ""
        if name in CAPTIONS:
            return figure_html(inside, attributes.get("caption", ""))
        if name in FOOTNOTES:
            return f" ({inside.strip()})" if inside.strip() else ""
        if name == "gallery":
            return self.gallery_html(attributes)
        url, label = url_of(name, parameters, attributes, content), label_of(attributes)
        if name in BUTTONS and content and url:
            return f'<a href="{escape(url)}">{inside}</a>'
        image = self.image(attributes.get("image", "") or attributes.get("image_id", "")) or (
            f'<img src="{escape(url)}" alt="{escape(attributes.get("alt", ""))}">'
            if IMAGE_SUFFIX.fullmatch(suffix(url))
            else ""
        )
        if image and "image" in name:
            return f"\n\n{image}\n\n"
        if url and (name in MEDIA or name.endswith(("video", "audio", "youtube", "vimeo"))):
            return f"\n\n{link_paragraph(url, label)}\n\n"
        if name not in LAYOUT_SHORTCODES and not (
            BUILDER.fullmatch(name) and (LAYOUT_PARTS.search(name) or "heading" in name)
        ):
            self.removed.append(name)
        elif not url:
            heading = f"<h3>{escape(label, quote=False)}</h3>" if label else ""
            return f"\n\n{heading}\n\n" if heading or BUILDER.fullmatch(name) else ""
        return (f"\n\n{link_paragraph(url, label)}\n\n" if url else "") + inside

    def gallery_html(self, attributes: dict[str, str]) -> str:
        """Return the images of a gallery, which is reported if the export lacks some of them."""
        ids = re.findall(r"[0-9]{1,12}", attributes.get("ids", "") or attributes.get("include", ""))
        images = [self.image(upload_id) for upload_id in ids] if ids else self.gallery()
        if not images or not all(images):
            self.removed.append("gallery")
        return "\n\n" + "\n\n".join(filter(None, images)) + "\n\n"

    def encoded(self, name: str, content: str) -> str:
        """Return HTML that a page builder has encoded in base64; "" for a script."""
        try:
            html = (
                unquote(base64.b64decode(content[:MAX_ENCODED], validate=True).decode())
                if name == "vc_raw_html"
                else ""
            )
        except (binascii.Error, ValueError):
            html = ""
        if not html:
            self.removed.append(name)
        return f"\n\n{html}\n\n"


def is_shortcode(name: str, parameters: str, has_end: bool) -> bool:
    """Return whether brackets hold a shortcode rather than text."""
    if has_end or ATTRIBUTE.search(parameters) or name in FORMS or BUILDER.fullmatch(name):
        return True
    if name in MEDIA and (WEB_URL.search(parameters) or parameters.startswith("=")):
        return True
    return not parameters.strip(" /") and (name in BARE_SHORTCODES or "_" in name)


def url_of(name: str, parameters: str, attributes: dict[str, str], content: str | None) -> str:
    """Return the URL of a shortcode; "" without one."""
    content = unescape(content or "").strip()
    parameters = unescape(parameters)
    if name in VIDEOS and not WEB_URL.search(parameters + content):
        video_id = (attributes.get("id") or content or parameters).strip(" \"'=")
        return VIDEOS[name] % video_id if re.fullmatch(r"[\w-]{5,20}", video_id) else ""
    values = [attributes.get(key, "") for key in ADDRESSES]
    values = [unquote(value.removeprefix("url:")) if "%3A%2F%2F" in value else value for value in values]
    values += [content] if name in MEDIA or WEB_URL.fullmatch(content) else []
    values += [parameters] if name in MEDIA or parameters.startswith("=") else []
    return next((found[0] for value in values if (found := WEB_URL.search(value))), "")


def label_of(attributes: dict[str, str]) -> str:
    """Return the visible text of a shortcode, from its attributes."""
    keys = ("title", "text", "heading", "button_text", "label")
    return next((attributes[key].strip() for key in keys if attributes.get(key)), "")


def figure_html(inside: str, caption_attribute: str) -> str:
    """Return a figure; before WordPress 3.4 its caption was an attribute."""
    image = IMAGE.search(inside)
    if not image:
        return "\n\n" + " ".join(filter(None, [inside.strip(), escape(caption_attribute, quote=False)])) + "\n\n"
    caption = (inside[: image.start()] + inside[image.end() :]).strip() or (
        caption_attribute if "<" in caption_attribute else escape(caption_attribute, quote=False)
    )
    return f"\n\n<figure>{image[0]}{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>\n\n"
