"""Element by element: what becomes text or a link, what is left out, and under which name."""

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
OTHERS = EMBEDS | MEDIA | {"table", "blockquote", "pre", "svg", "math"}  # a figure may hold these
BLOCK_DISPLAY = {"block", "flex", "grid", "list-item", "table"}


class Preparation:
    """One run over a tree: the conversion of each element, and the losses on the way."""

    def __init__(self, root: Node, *, base_url: str = "", language: str = "", keep_pictures: bool = False):
        self.losses: list[Loss] = []
        self.base_url = base_url
        self.language = language
        self.keep_pictures = keep_pictures
        self.quoted = 0  # quotations around the element in hand
        self.revised = tracked.is_revised(root)
        self.hidden_classes = tracked.hidden_classes(root)
        self.field_depth = 0

    def add(self, kind: str, detail: str = "") -> None:
        """Note a loss."""
        self.losses.append(Loss(kind, shortened(detail)))

    def converted(self, children: list[Node | str]) -> list[Node | str]:
        """Return what elements and texts become."""
        found: list[Node | str] = []
        for child in children:
            if isinstance(child, str):
                if self.field_depth:
                    if child.strip(" \n&nbsp;"):
                        self.add("field_code", unescape(child))
                else:
                    found.append(child)
            else:
                found += self.element(child)
        return found

    def element(self, node: Node) -> list[Node | str]:
        """Return what an element becomes: itself, other elements, or nothing."""
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
            words = node.text()
            if words or any(one.tag == "img" for one in elements(node)):
                self.add(kind, words)
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
        """Return an element that stays, with what it holds converted, and the marks that its style means."""
        before = self.language
        self.language = node.get("lang") or before
        self.quoted += node.tag == "q"
        node.children = self.converted(node.children)
        self.quoted -= node.tag == "q"
        if node.tag == "q":
            node.children = marks.quoted(node.children, self.language, self.quoted)
        elif node.tag == "pre" or node.style.get("white-space", "").startswith(("pre", "break-spaces")):
            node.children = marks.with_breaks(node.children)
        elif node.tag == "ruby":
            node.children = marks.with_readings(node.children)
        self.language = before
        if node.tag in ("span", "font", "b", "i", "a", "label", "time") and node.style.get("display") in BLOCK_DISPLAY:
            node = Node("div", {}, [node])
        return marks.from_style(node)

    # Fields of a word processor

    def is_field_mark(self, node: Node) -> bool:
        """Follow where a field's code begins and ends; say whether this element is such a mark."""
        mark = node.style.get("mso-element", "")
        if mark == "field-begin":
            self.field_depth += 1
        elif mark in ("field-separator", "field-end") and self.field_depth:
            self.field_depth -= 1
        elif self.field_depth:
            if not any(one.style.get("mso-element", "").startswith("field-") for one in elements(node)):
                if words := node.text():
                    self.add("field_code", words)
                return True
            node.children = self.converted(node.children)
            return False
        else:
            return False
        return True

    # Pictures

    def picture(self, node: Node) -> list[Node | str]:
        """Return a picture that can stand here, else its alternative text."""
        source = node.get("src")
        if self.keep_pictures or attributes.picture(source):
            return [node]
        return self.picture_in_words(node)

    def picture_in_words(self, node: Node) -> list[Node | str]:
        """Name a picture that is left out and return its alternative text."""
        alt = " ".join(node.get("alt").split())
        if pictures.is_pixel(node):
            return []
        if not pictures.is_sign(node):
            self.add(*pictures.loss(node, self.base_url))
        return [escape(alt, quote=False)] if alt and not pictures.is_file_name(alt) else []

    def captioned(self, node: Node) -> list[Node | str]:
        """Return a figure; without its caption where its pictures are left out."""
        shown = [one for one in elements(node) if one.tag == "img" and not pictures.is_pixel(one)]
        lost = shown and not self.keep_pictures and not any(attributes.picture(one.get("src")) for one in shown)
        others = any(
            one.tag in {*EMBEDS, *MEDIA, "table", "blockquote", "pre", "svg", "math"} for one in elements(node)
        )
        if not lost or others:
            return self.kept(node)
        captions = [one for one in elements(node) if pictures.is_caption(one)]
        pictures.take_out(node, captions)
        kept = self.kept(node)
        for caption in captions:
            if words := caption.text():
                self.add("caption", words)
        return [Node("div", {}, kept)]

    def drawing(self, node: Node) -> list[Node | str]:
        """Return the words of a drawing or formula."""
        if node.tag == "math":
            words = node.get("alttext") or node.text()
            self.add("formula", words)
            return [escape(words, quote=False)]
        if node.tag == "canvas":
            children = self.converted(node.children)
            self.add("drawing", "")
            return children
        label = node.get("aria-label") or next((one.text() for one in elements(node) if one.tag == "title"), "")
        words = "" if label else node.text()
        if not label and not words:
            return []  # as icons are
        self.add("drawing", label or words)
        return [escape(label or words, quote=False)]

    # Embedded parts

    def embedded(self, node: Node) -> list[Node | str]:
        """Return a link to an embedded part, with what it shows where it cannot be shown."""
        source = next(filter(None, (node.get(name) for name in ("src", "data", "data-src"))), "") or next(
            (one.get("src") for one in elements(node) if one.tag in ("source", "embed") and one.get("src")), ""
        )
        address = addresses.web_address(source, self.base_url)
        fallback = [] if node.tag == "iframe" else self.converted(node.children)
        within = Node("", {}, fallback)
        has_words = bool(within.text()) or any(one.tag == "img" for one in elements(within))
        if not address and not source and not has_words and node.tag not in MEDIA:
            return []
        linked = any(one.tag == "a" and one.get("href") for one in elements(within))
        self.add("media" if node.tag in MEDIA else "embed", addresses.host_of(source, self.base_url))
        title = " ".join((node.get("title") or node.get("aria-label")).split())
        pieces: list[Node | str] = []
        if address and not linked:
            address = addresses.watchable(address)
            words = title or addresses.shown(address)
            pieces.append(Node("p", {}, [Node("a", {"href": address}, [escape(words, quote=False)])]))
        elif title and not has_words:
            pieces.append(Node("p", {}, [escape(title, quote=False)]))
        if has_words:
            pieces.append(Node("div", {}, fallback))
        return pieces

    def control(self, node: Node) -> list[Node | str]:
        """Return the mark that a tick box is; name any other field or button."""
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
        """Return a link with an address that works from here, or its words alone."""
        if mark := tracked.footnote_mark(node):
            words = node.text()
            self.add("footnote", words)
            apart = [" "] if {"sdfootnotesym", "sdendnotesym"} & set(node.classes) else []  # LibreOffice leaves a gap
            return [*self.converted(node.children), *apart] if mark == "words" else []
        given = node.get("originalsrc") or node.get("href")
        if not given or given.startswith("#"):
            return self.kept(node)  # anchors are resolved when all targets are known
        whole = addresses.completed(given, self.base_url)
        if attributes.address(whole) is None:
            scheme = urlsplit(given).scheme if ":" in given[:20] else ""
            self.add("link", unquote(given) if scheme != "javascript" else "")
            node.attributes.pop("href", None)
            return self.kept(node)
        node.attributes["href"] = whole
        return self.kept(node)

    def area(self, node: Node) -> list[Node | str]:
        """Return a region of an image map as a link."""
        words = " ".join(node.get("alt").split())
        if not node.get("href") or not words:
            return []
        return [Node("div", {}, self.link(Node("a", {"href": node.get("href")}, [escape(words, quote=False)])))]
