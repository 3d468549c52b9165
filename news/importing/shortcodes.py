"""WordPress shortcodes, `[embed]…[/embed]`: those that mean something here become HTML, the others go and are counted.

Brackets that belong to a sentence stay: `[sic]`, `[1]`, `[…]`. A shortcode is known by its name, by an attribute,
or by its end tag.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from html import escape, unescape
from urllib.parse import unquote

from news.importing.constructs import link

DEEPEST = 8  # shortcodes in one another
ENCODED = 200_000  # characters of HTML that a page builder has encoded

TAG = re.compile(
    r"\[(\[?)(/?)([A-Za-z][A-Za-z0-9_-]{0,60})(?=[\s\]/=])"
    r"((?:[^\[\]\"'<>]++|\"[^\"\[\]]*+\"|'[^'\[\]]*+')*+)\](\]?)"
)
ATTRIBUTE = re.compile(r"([A-Za-z][\w-]{0,60})\s?=\s?(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s\"']{1,2000}))")
WEB = re.compile(r"https?://[^\s\"'<>\[\]|]{1,2000}")
IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)", re.IGNORECASE)
QUOTES = re.compile("[“”″]|&#8220;|&#8221;|&#8243;|&quot;")  # what editors make of quotation marks
# Of page builders. Those whose names have one of these parts only arrange their content.
BUILDER = re.compile(
    r"(?:vc|et_pb|fusion|av|fl|cs|x|mk|kc|tatsu|siteorigin|elementor|us|wpb|su|cmsms|bt_bb|ultimate)_[a-z0-9_-]{1,60}"
)
LAYOUT = re.compile(
    r"row|col|section|container|inner|text|builder|content|wrap|group|grid|tab|tta|accordion|toggle|spoiler|panel|box|"
    r"fullwidth|specialty|layout|block|spac|separator|divider|empty|clear|one|two|three|four|half|third|fourth|blurb"
)
ARRANGING = {
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
BARE = {"gallery", "playlist", "sitemap", "archives"}  # shortcodes also without an attribute, where they are alone
HOLDERS = MEDIA | FOOTNOTES | CAPTIONS | BUTTONS | {"gallery", "vc_raw_html", "vc_raw_js"}  # with their end tag are one
ADDRESSES = (
    "src", "url", "href", "link", "mp4", "m4v", "webm", "ogv", "mp3", "m4a", "ogg", "wav", "flv", "wmv", "button_url",
    "link_url", "video", "map",
)  # fmt: skip
IMAGE = re.compile(r"(?:<a\s[^<>]{0,2000}>\s{0,9})?<img\s[^<>]{1,4000}>(?:\s{0,9}</a>)?", re.IGNORECASE)


class Shortcodes:
    """Resolves the shortcodes of one text; `removed` names those that mean nothing here.

    `picture` returns the mark-up of a picture by its number in WordPress, `gallery` that of all of the text's own.
    """

    def __init__(self, picture: Callable[[str], str] = lambda number: "", gallery: Callable[[], list[str]] = list):
        self.removed: list[str] = []
        self.picture, self.gallery = picture, gallery
        self.opened: set[str] = set()

    def resolved(self, html: str, depth: int = 0) -> str:
        """Return a text with its shortcodes as HTML."""
        if "[" not in html:
            return html
        found_ends = [found for found in TAG.finditer(html) if found[2]]
        ends = {found[3].lower(): found.start() for found in found_ends}
        exact = {found[0]: found.start() for found in found_ends}
        out, place = [], 0
        while found := TAG.search(html, place):
            bracket, closing, tag, given, tail = found.groups()
            name, start = tag.lower(), place
            place = found.end()
            out.append(html[start : found.start()])
            if bracket and tail:  # how WordPress writes a shortcode that is to be read as words
                out.append(found[0][1:-1])
                continue
            out.append(bracket)
            if closing and name in self.opened:
                out.append(tail)
            elif closing or not is_shortcode(name, given, ends.get(name, -1) > found.start()):
                out.append(found[0][len(bracket) :])
            else:
                content, end = None, f"[/{tag}]"
                if name in HOLDERS and exact.get(end, -1) >= place and depth < DEEPEST and not tail:
                    at = html.find(end, place)
                    content, place = html[place:at], at + len(end)
                else:
                    self.opened.add(name)
                out.append(self.made(name, given, content, depth) + tail)
        return "".join([*out, html[place:]])

    def made(self, name: str, given: str, content: str | None, depth: int) -> str:
        """Return what a shortcode becomes."""
        given = QUOTES.sub('"', given)
        attributes = {key.lower(): unescape(a or b or c) for key, a, b, c in ATTRIBUTE.findall(given)}
        if name in ("vc_raw_html", "vc_raw_js"):
            return self.encoded(name, content or "")
        inside = self.resolved(content, depth + 1) if content else ""
        if name in CAPTIONS:
            return captioned(inside, attributes.get("caption", ""))
        if name in FOOTNOTES:
            return f" ({inside.strip()})" if inside.strip() else ""
        if name == "gallery":
            return self.pictures(attributes)
        address, words = address_of(name, given, attributes, content), words_of(attributes)
        if name in BUTTONS and content and address:
            return f'<a href="{escape(address)}">{inside}</a>'
        picture = self.picture(attributes.get("image", "") or attributes.get("image_id", "")) or (
            f'<img src="{escape(address)}" alt="{escape(attributes.get("alt", ""))}">'
            if IMAGE_FILE.search(address)
            else ""
        )
        if picture and "image" in name:
            return f"\n\n{picture}\n\n"
        if address and (name in MEDIA or name.endswith(("video", "audio", "youtube", "vimeo"))):
            return f"\n\n{link(address, words)}\n\n"
        if name not in ARRANGING and not (BUILDER.fullmatch(name) and (LAYOUT.search(name) or "heading" in name)):
            self.removed.append(name)
        elif not address:
            heading = f"<h3>{escape(words, quote=False)}</h3>" if words else ""
            return f"\n\n{heading}\n\n" if heading or BUILDER.fullmatch(name) else ""
        return (f"\n\n{link(address, words)}\n\n" if address else "") + inside

    def pictures(self, attributes: dict[str, str]) -> str:
        """Return the pictures of a gallery; it is counted where some of them are not in the export."""
        numbers = re.findall(r"[0-9]{1,12}", attributes.get("ids", "") or attributes.get("include", ""))
        pictures = [self.picture(number) for number in numbers] if numbers else self.gallery()
        if not pictures or not all(pictures):
            self.removed.append("gallery")
        return "\n\n" + "\n\n".join(filter(None, pictures)) + "\n\n"

    def encoded(self, name: str, content: str) -> str:
        """Return the HTML that a page builder has put into base64; of a script, nothing."""
        try:
            html = unquote(base64.b64decode(content[:ENCODED], validate=True).decode()) if name == "vc_raw_html" else ""
        except (binascii.Error, ValueError):
            html = ""
        if not html:
            self.removed.append(name)
        return f"\n\n{html}\n\n"


def is_shortcode(name: str, given: str, has_end: bool) -> bool:
    """Say whether brackets hold a shortcode, and not words of the text."""
    if has_end or ATTRIBUTE.search(given) or name in FORMS or BUILDER.fullmatch(name):
        return True
    if name in MEDIA and (WEB.search(given) or given.startswith("=")):
        return True
    return not given.strip(" /") and (name in BARE or "_" in name)


def address_of(name: str, given: str, attributes: dict[str, str], content: str | None) -> str:
    """Return the web address that a shortcode is about; nothing where it names none."""
    content = unescape(content or "").strip()
    given = unescape(given)
    if name in VIDEOS and not WEB.search(given + content):
        number = (attributes.get("id") or content or given).strip(" \"'=")
        return VIDEOS[name] % number if re.fullmatch(r"[\w-]{5,20}", number) else ""
    values = [attributes.get(key, "") for key in ADDRESSES]
    values = [unquote(value.removeprefix("url:")) if "%3A%2F%2F" in value else value for value in values]
    values += [content] if name in MEDIA or WEB.fullmatch(content) else []
    values += [given] if name in MEDIA or given.startswith("=") else []
    return next((found[0] for value in values if (found := WEB.search(value))), "")


def words_of(attributes: dict[str, str]) -> str:
    """Return what a shortcode says to people by an attribute."""
    return next(
        (
            attributes[key].strip()
            for key in ("title", "text", "heading", "button_text", "label")
            if attributes.get(key)
        ),
        "",
    )


def captioned(inside: str, words: str) -> str:
    """Return a picture with its caption, which was an attribute before WordPress 3.4."""
    image = IMAGE.search(inside)
    if not image:
        return "\n\n" + " ".join(filter(None, [inside.strip(), escape(words, quote=False)])) + "\n\n"
    caption = (inside[: image.start()] + inside[image.end() :]).strip() or (
        words if "<" in words else escape(words, quote=False)
    )
    return f"\n\n<figure>{image[0]}{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>\n\n"
