"""Element conversion: which elements become text or a link, and which are removed as which loss."""

from __future__ import annotations

from html import escape, unescape
from urllib.parse import unquote, urlsplit

from richtext import link_urls
from richtext.conversion import images, presentational, word_processor
from richtext.conversion.report import Loss, shorten
from richtext.conversion.tree import Node, descendants
from richtext.sanitize import attributes

MEDIA = {"video", "audio"}
EMBEDS = {"iframe", "embed", "object", "applet"}
CONTROLS = {"button", "input", "select", "textarea", "datalist"}
DROPPED = {"style", "title", "template", "meta", "link", "param", "source", "track", "col", "colgroup"}
FIGURE_CONTENT = EMBEDS | MEDIA | {"table", "blockquote", "pre", "svg", "math"}  # content of a figure beside its image
BLOCK_DISPLAY = {"block", "flex", "grid", "list-item", "table"}


class Converter:
    """One conversion of a document tree, with the losses."""

    def __init__(self, root: Node, *, base_url: str = "", language: str = "", keep_pictures: bool = False):
        self.losses: list[Loss] = []
        self.base_url = base_url
        self.language = language
        self.keep_pictures = keep_pictures
        self.quoted = 0  # enclosing <q> elements
        self.revised = word_processor.has_tracked_changes(root)
        self.hidden_classes = word_processor.hidden_classes(root)
        self.field_depth = 0

    def add(self, kind: str, detail: str = "") -> None:
        self.losses.append(Loss(kind, shorten(detail)))

    def converted(self, children: list[Node | str]) -> list[Node | str]:
        """Return the conversion of elements and texts."""
        result: list[Node | str] = []
        for child in children:
            if isinstance(child, str):
                if self.field_depth:
                    if child.strip(" \n&nbsp;"):
                        self.add("field_code", unescape(child))
                else:
                    result.append(child)
            else:
                result += self.element(child)
        return result

    def element(self, node: Node) -> list[Node | str]:
        """Return the conversion of an element: itself, other elements, or nothing."""
        tag = node.tag
        if tag in DROPPED:
            return []
        if tag == "script":
            if host := link_urls.host_of(node.get("src"), self.base_url):
                self.add("script", host)
            return []
        if self.is_field_mark(node) or self.field_depth:
            return [] if self.field_depth else self.converted(node.children)
        if kind := word_processor.removal_kind(node, revised=self.revised, hidden_classes=self.hidden_classes):
            text = node.text()
            if text or any(one.tag == "img" for one in descendants(node)):
                self.add(kind, text)
            return []
        if tag in EMBEDS or tag in MEDIA:
            return self.embedded(node)
        if tag == "img":
            return self.picture(node)
        if tag in CONTROLS:
            return self.control(node)
        if tag in ("svg", "math", "canvas"):
            return self.drawing(node)
        if images.is_captioned(node):
            return self.captioned(node)
        if tag == "a":
            return self.link(node)
        if tag == "area":
            return self.area(node)
        return self.kept(node)

    def kept(self, node: Node) -> list[Node | str]:
        """Return an element with its contents converted, and with marks for its style."""
        outer_language = self.language
        self.language = node.get("lang") or outer_language
        self.quoted += node.tag == "q"
        node.children = self.converted(node.children)
        self.quoted -= node.tag == "q"
        if node.tag == "q":
            node.children = presentational.add_quotation_marks(node.children, self.language, self.quoted)
        elif node.tag == "pre" or node.style.get("white-space", "").startswith(("pre", "break-spaces")):
            node.children = presentational.preformatted(node.children)
        elif node.tag == "ruby":
            node.children = presentational.ruby_in_brackets(node.children)
        self.language = outer_language
        if node.tag in ("span", "font", "b", "i", "a", "label", "time") and node.style.get("display") in BLOCK_DISPLAY:
            node = Node("div", {}, [node])
        return presentational.apply_style(node)

    # Fields of word processors

    def is_field_mark(self, node: Node) -> bool:
        """Return whether an element marks the start or end of a field code, or is within one; track the nesting."""
        mark = node.style.get("mso-element", "")
        if mark == "field-begin":
            self.field_depth += 1
        elif mark in ("field-separator", "field-end") and self.field_depth:
            self.field_depth -= 1
        elif self.field_depth:
            if not any(one.style.get("mso-element", "").startswith("field-") for one in descendants(node)):
                if text := node.text():
                    self.add("field_code", text)
                return True
            node.children = self.converted(node.children)
            return False
        else:
            return False
        return True

    # Images

    def picture(self, node: Node) -> list[Node | str]:
        """Return an image of this site; for others, the alternative text."""
        source = node.get("src")
        if self.keep_pictures or attributes.clean_image_url(source):
            return [node]
        return self.alternative_text(node)

    def alternative_text(self, node: Node) -> list[Node | str]:
        """Report the loss of an image and return its alternative text."""
        alt = " ".join(node.get("alt").split())
        if images.is_pixel(node):
            return []
        if not images.is_symbol(node):
            self.add(*images.image_loss(node, self.base_url))
        return [escape(alt, quote=False)] if alt and not images.is_file_name(alt) else []

    def captioned(self, node: Node) -> list[Node | str]:
        """Return a figure; without its caption if its images are removed."""
        visible = [one for one in descendants(node) if one.tag == "img" and not images.is_pixel(one)]
        is_lost = (
            visible
            and not self.keep_pictures
            and not any(attributes.clean_image_url(one.get("src")) for one in visible)
        )
        if not is_lost or any(one.tag in FIGURE_CONTENT for one in descendants(node)):
            return self.kept(node)
        captions = [one for one in descendants(node) if images.is_caption(one)]
        images.remove_elements(node, captions)
        rest = self.kept(node)
        for caption in captions:
            if text := caption.text():
                self.add("caption", text)
        return [Node("div", {}, rest)]

    def drawing(self, node: Node) -> list[Node | str]:
        """Return the text of a drawing or formula."""
        if node.tag == "math":
            text = node.get("alttext") or node.text()
            self.add("formula", text)
            return [escape(text, quote=False)]
        if node.tag == "canvas":
            children = self.converted(node.children)
            self.add("drawing", "")
            return children
        label = node.get("aria-label") or next((one.text() for one in descendants(node) if one.tag == "title"), "")
        text = label or node.text()
        if not text:
            return []  # an icon
        self.add("drawing", text)
        return [escape(text, quote=False)]

    # Embedded content

    def embedded(self, node: Node) -> list[Node | str]:
        """Return a link to embedded content, with its fallback content."""
        source = next(filter(None, (node.get(name) for name in ("src", "data", "data-src"))), "") or next(
            (one.get("src") for one in descendants(node) if one.tag in ("source", "embed") and one.get("src")), ""
        )
        url = link_urls.absolute_web_url(source, self.base_url)
        fallback = [] if node.tag == "iframe" else self.converted(node.children)
        within = Node("", {}, fallback)
        has_content = bool(within.text()) or any(one.tag == "img" for one in descendants(within))
        if not url and not source and not has_content and node.tag not in MEDIA:
            return []
        linked = any(one.tag == "a" and one.get("href") for one in descendants(within))
        self.add("media" if node.tag in MEDIA else "embed", link_urls.host_of(source, self.base_url))
        title = " ".join((node.get("title") or node.get("aria-label")).split())
        pieces: list[Node | str] = []
        if url and not linked:
            url = link_urls.video_page_url(url)
            text = title or link_urls.url_as_text(url)
            pieces.append(Node("p", {}, [Node("a", {"href": url}, [escape(text, quote=False)])]))
        elif title and not has_content:
            pieces.append(Node("p", {}, [escape(title, quote=False)]))
        if has_content:
            pieces.append(Node("div", {}, fallback))
        return pieces

    def control(self, node: Node) -> list[Node | str]:
        """Return a character for a tick box or radio button; report other fields and buttons as losses."""
        kind = node.get("type").lower()
        if node.tag == "input" and kind in ("checkbox", "radio"):
            ticked = "checked" in node.attributes
            return [("☑ " if ticked else "☐ ") if kind == "checkbox" else ("◉ " if ticked else "○ ")]
        if node.tag == "input" and kind == "hidden":
            return []
        self.add("form", node.get("aria-label") or node.get("value") or node.text() or node.get("title"))
        return []

    # Links

    def link(self, node: Node) -> list[Node | str]:
        """Return a link with an absolute, valid URL, or its text alone."""
        if mark := word_processor.footnote_link_kind(node):
            self.add("footnote", node.text())
            gap = [" "] if {"sdfootnotesym", "sdendnotesym"} & set(node.classes) else []  # LibreOffice has none
            return [*self.converted(node.children), *gap] if mark == "words" else []
        href = node.get("originalsrc") or node.get("href")
        if not href or href.startswith("#"):
            return self.kept(node)  # `anchors` resolves internal links at the end
        url = link_urls.normalise_url(href, self.base_url)
        if attributes.clean_url(url) is None:
            scheme = urlsplit(href).scheme if ":" in href[:20] else ""
            self.add("link", unquote(href) if scheme != "javascript" else "")
            node.attributes.pop("href", None)
            return self.kept(node)
        node.attributes["href"] = url
        return self.kept(node)

    def area(self, node: Node) -> list[Node | str]:
        """Return a region of an image map as a link."""
        text = " ".join(node.get("alt").split())
        if not node.get("href") or not text:
            return []
        return [Node("div", {}, self.link(Node("a", {"href": node.get("href")}, [escape(text, quote=False)])))]
