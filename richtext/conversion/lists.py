"""List conversion: Word's list paragraphs, and numbering by style sheets or old attributes."""

from __future__ import annotations

import re
from collections.abc import Callable

from richtext.conversion.tree import Node, descendants

STYLES = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A", "lower-roman": "i",
    "upper-roman": "I", "decimal": "", "decimal-leading-zero": "",
}  # fmt: skip
UNMARKED = {"none", "disc", "circle", "square", "inherit", "initial", "unset"}
ALPHABETS = {
    "lower-greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "lower-cyrillic": "абвгдежзиклмнопрстуфхцчшщэюя",
    "upper-cyrillic": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ",
    "lower-russian": "абвгдежзиклмнопрстуфхцчшщэюя",
    "upper-russian": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ",
    "arabic-indic": "",
}
LEVEL = re.compile(r"\blevel(\d)\b")
NUMBERED = re.compile(r"\(?(\d{1,4}|[a-z]{1,2}|[ivxlcdm]{1,7}|[A-Z]{1,2}|[IVXLCDM]{1,7})[.):]?\)?")


def rebuild_lists(node: Node, add: Callable[[str, str], None]) -> None:
    """Convert Word's list paragraphs to lists, and set the numbering of each list."""
    node.children = group_list_paragraphs(node.children)
    for child in node.children:
        if isinstance(child, Node):
            if child.tag in ("ol", "ul", "menu", "dir"):
                set_numbering(child, add)
            rebuild_lists(child, add)


def set_numbering(node: Node, add: Callable[[str, str], None]) -> None:
    """Set the numbering type of a list by its style; numbers of unsupported types become text."""
    style = node.style
    named = style.get("list-style-type") or style.get("list-style", "").partition(" ")[0]
    items = [child for child in node.children if isinstance(child, Node) and child.tag == "li"]
    if not named and items and items[0].style.get("list-style-type"):
        named = items[0].style["list-style-type"]
    if node.tag != "ol":
        if named in STYLES:
            node.tag = "ol"
        elif node.tag in ("menu", "dir"):
            node.tag = "ul"
            return
        elif not named or named in UNMARKED or named not in ALPHABETS:
            return
    if named in STYLES:
        node.attributes.pop("type", None)
        if STYLES[named]:
            node.attributes["type"] = STYLES[named]
    elif named in ALPHABETS or named.startswith(("'", '"')):
        add("list_marker", node.text())
        alphabet = ALPHABETS.get(named, "")
        start = int(node.get("start")) if re.fullmatch(r"\d{1,4}", node.get("start")) else 1
        node.tag = "ul"
        for index, item in enumerate(items, start - 1):
            mark = alphabet[index] if index < len(alphabet) else str(index + 1)
            item.children.insert(0, named.strip("'\"") if not alphabet and named[0] in "'\"" else f"{mark}) ")


def group_list_paragraphs(children: list[Node | str]) -> list[Node | str]:
    """Return elements with runs of Word's list paragraphs converted to lists."""
    if not any(isinstance(child, Node) and list_level(child) for child in children):
        return children
    result: list[Node | str] = []
    open_lists: list[Node] = []  # from the outermost
    for child in children:
        if isinstance(child, str):
            if child.strip():
                open_lists.clear()
                result.append(child)
            continue
        level = list_level(child)
        if not level:
            if child.text() or any(one.tag == "img" for one in descendants(child)):
                open_lists.clear()
            result.append(child)
            continue
        mark, rest = split_mark(child)
        tag, numbering = list_kind(mark)
        del open_lists[level:]
        if len(open_lists) == level and open_lists[-1].tag != tag:
            open_lists.pop()
        while len(open_lists) < level:
            new = Node(tag, dict(numbering))
            if open_lists:
                items = open_lists[-1].children
                if not items:
                    items.append(Node("li"))
                items[-1].children.append(new)
            else:
                result.append(new)
            open_lists.append(new)
        open_lists[-1].children.append(Node("li", {}, rest))
    return result


def list_level(node: Node) -> int:
    """Return the level of a Word list paragraph; 0 for other elements."""
    if node.tag not in ("p", "h1", "h2", "h3", "h4", "h5", "h6", "div") or "style" not in node.attributes:
        return 0
    value = node.style.get("mso-list", "")
    found = LEVEL.search(value)
    if not found or value.startswith(("none", "skip")):
        return 0
    return int(found[1]) if any(is_list_mark(one) for one in descendants(node)) else 0


def is_list_mark(node: Node) -> bool:
    """Return whether an element holds the number or bullet of a list item."""
    return node.style.get("mso-list", "") == "ignore"


def split_mark(node: Node) -> tuple[str, list[Node | str]]:
    """Return the number or bullet of an item, and its other contents."""
    mark = ""

    def without(children: list[Node | str]) -> list[Node | str]:
        nonlocal mark
        rest: list[Node | str] = []
        for child in children:
            if isinstance(child, Node):
                if is_list_mark(child):
                    mark = mark or child.text().strip("\xa0 ")
                    continue
                child.children = without(child.children)
            rest.append(child)
        return rest

    rest = without(node.children)
    return mark, rest


def list_kind(mark: str) -> tuple[str, dict[str, str]]:
    """Return the tag and attributes of the list that starts with this number or bullet."""
    found = NUMBERED.fullmatch(mark.strip())
    if not found:
        return "ul", {}
    sign = found[1]
    if sign.isdigit():
        return "ol", {"start": sign} if sign != "1" else {}
    lower = sign.islower()
    if sign.lower() in ("i", "ii", "iii", "iv", "vi", "vii", "viii", "ix") and (sign.lower() == "i" or len(sign) > 1):
        start = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "vi": 6, "vii": 7, "viii": 8, "ix": 9}[sign.lower()]
        kind = "i" if lower else "I"
    elif len(sign) == 1:
        start, kind = ord(sign.lower()) - ord("a") + 1, "a" if lower else "A"
    else:
        return "ul", {}
    return "ol", {"type": kind} | ({"start": str(start)} if start > 1 else {})
