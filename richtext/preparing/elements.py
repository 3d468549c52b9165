"""Element conversion: which elements become text or a link, and which are removed as which loss."""

from __future__ import annotations

from html import escape, unescape
from urllib.parse import unquote, urlsplit

from richtext import addresses, attributes
from richtext.preparing import marks, pictures, tracked
from richtext.preparing.loss import Loss, shortened
from richtext.preparing.tree import Node, elements

MEDIA = {"video", "audio"}
EMBEDS = {"iframe", "embed", "object", "applet"}
CONTROLS = {"button", "input", "select", "textarea", "datalist"}
DROPPED = {"style", "title", "template", "meta", "link", "param", "source", "track", "col", "colgroup"}
OTHERS = EMBEDS | MEDIA | {"table", "blockquote", "pre", "svg", "math"}  # content of a figure beside its image
BLOCK_DISPLAY = {"block", "flex", "grid", "list-item", "table"}


class Preparation:
    """One conversion of a document tree, with the losses."""

    def __init__(self, root: Node, *, base_url: str = "", language: str = "", keep_pictures: bool = False):
        self.losses: list[Loss] = []
        self.base_url = base_url
        self.language = language
        self.keep_pictures = keep_pictures
        self.quoted = 0  # enclosing <q> elements
        self.revised = tracked.is_revised(root)
        self.hidden_classes = tracked.hidden_classes(root)
        self.field_depth = 0

    def add(self, kind: str, detail: str = "") -> None:
        self.losses.append(Loss(kind, shortened(detail)))

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
            if host := addresses.host_of(node.get("src"), self.base_url):
                self.add("script", host)
            return []
        if self.is_field_mark(node) or self.field_depth:
            return [] if self.field_depth else self.converted(node.children)
        if kind := tracked.removal(node, revised=self.revised, hidden_classes=self.hidden_classes):
            text = node.text()
            if text or any(one.tag == "img" for one in elements(node)):
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
        if pictures.is_captioned(node):
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
            node.children = marks.quoted(node.children, self.language, self.quoted)
        elif node.tag == "pre" or node.style.get("white-space", "").startswith(("pre", "break-spaces")):
            node.children = marks.with_breaks(node.children)
        elif node.tag == "ruby":
            node.children = marks.with_readings(node.children)
        self.language = outer_language
        if node.tag in ("span", "font", "b", "i", "a", "label", "time") and node.style.get("display") in BLOCK_DISPLAY:
            node = Node("div", {}, [node])
        return marks.from_style(node)

    # Fields of word processors

    def is_field_mark(self, node: Node) -> bool:
        """Return whether an element marks the start or end of a field code, or is within one; track the nesting."""
        mark = node.style.get("mso-element", "")
        if mark == "field-begin":
            self.field_depth += 1
        elif mark in ("field-separator", "field-end") and self.field_depth:
            self.field_depth -= 1
        elif self.field_depth:
            if not any(one.style.get("mso-element", "").startswith("field-") for one in elements(node)):
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
        if self.keep_pictures or attributes.picture(source):
            return [node]
        return self.alternative_text(node)

    def alternative_text(self, node: Node) -> list[Node | str]:
        """Report the loss of an image and return its alternative text."""
        alt = " ".join(node.get("alt").split())
        if pictures.is_pixel(node):
            return []
        if not pictures.is_sign(node):
            self.add(*pictures.loss(node, self.base_url))
        return [escape(alt, quote=False)] if alt and not pictures.is_file_name(alt) else []

    def captioned(self, node: Node) -> list[Node | str]:
        """Return a figure; without its caption if its images are removed."""
        visible = [one for one in elements(node) if one.tag == "img" and not pictures.is_pixel(one)]
        is_lost = visible and not self.keep_pictures and not any(attributes.picture(one.get("src")) for one in visible)
        if not is_lost or any(one.tag in OTHERS for one in elements(node)):
            return self.kept(node)
        captions = [one for one in elements(node) if pictures.is_caption(one)]
        pictures.take_out(node, captions)
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
        label = node.get("aria-label") or next((one.text() for one in elements(node) if one.tag == "title"), "")
        text = label or node.text()
        if not text:
            return []  # an icon
        self.add("drawing", text)
        return [escape(text, quote=False)]

    # Embedded content

    def embedded(self, node: Node) -> list[Node | str]:
        """Return a link to embedded content, with its fallback content."""
        source = next(filter(None, (node.get(name) for name in ("src", "data", "data-src"))), "") or next(
            (one.get("src") for one in elements(node) if one.tag in ("source", "embed") and one.get("src")), ""
        )
        url = addresses.web_address(source, self.base_url)
        fallback = [] if node.tag == "iframe" else self.converted(node.children)
        within = Node("", {}, fallback)
        has_content = bool(within.text()) or any(one.tag == "img" for one in elements(within))
        if not url and not source and not has_content and node.tag not in MEDIA:
            return []
        linked = any(one.tag == "a" and one.get("href") for one in elements(within))
        self.add("media" if node.tag in MEDIA else "embed", addresses.host_of(source, self.base_url))
        title = " ".join((node.get("title") or node.get("aria-label")).split())
        pieces: list[Node | str] = []
        if url and not linked:
            url = addresses.watchable(url)
            text = title or addresses.shown(url)
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
        if mark := tracked.footnote_mark(node):
            self.add("footnote", node.text())
            gap = [" "] if {"sdfootnotesym", "sdendnotesym"} & set(node.classes) else []  # LibreOffice has none
            return [*self.converted(node.children), *gap] if mark == "words" else []
        href = node.get("originalsrc") or node.get("href")
        if not href or href.startswith("#"):
            return self.kept(node)  # `anchors` resolves internal links at the end
        url = addresses.completed(href, self.base_url)
        if attributes.address(url) is None:
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
