"""Word processor content that is not text: deletions, comments, hidden text, field codes, footnote links."""

from __future__ import annotations

import re
from collections.abc import Callable

from richtext.conversion.tree import Node, descendants

DELETED = re.compile(r"msodel|ice-del|.{0,60}trackchange.{0,30}delet|.{0,60}deletion", re.IGNORECASE)
COMMENT = set("msocomanchor MsoCommentReference MsoCommentText msocomtxt msocomoff CommentReference sdcomment".split())
COMMENT_PARTS = {"comment", "comment-list", "comment-scope"}
HIDDEN = {"screen-reader-text", "sr-only", "visually-hidden", "mw-jump-link", "mw-editsection"}
CODE = re.compile(
    r"\{ {0,4}(?:HYPERLINK|PAGEREF|PAGE|NUMPAGES|REF|NOTEREF|TOC|DATE|TIME|MERGEFIELD|SEQ|INCLUDEPICTURE|FILENAME|"
    r"AUTHOR|SYMBOL|QUOTE|FORMTEXT|STYLEREF|XE|TC|EQ|INDEX|CITATION|CREATEDATE|SAVEDATE|PRINTDATE|LINK)\b[^{}]{0,400}\}"
)
MAX_NESTED_CODES = 8  # Word itself allows 20; each level costs one pass over the text
RULE = re.compile(r"([a-z0-9*.#_, -]{1,200})\{([^{}]{0,500})\}", re.IGNORECASE)
CLASS = re.compile(r"\.([\w-]{1,60})")


def has_tracked_changes(root: Node) -> bool:
    """Return whether a document has tracked changes: insertions, or deletions with an author or date.

    Markdown writes a `<del>` without author or date for text that is struck through.
    """
    return any(
        node.tag == "ins" or (node.tag == "del" and ("cite" in node.attributes or "datetime" in node.attributes))
        for node in descendants(root)
    )


def hidden_classes(root: Node) -> set[str]:
    """Return the classes that the style sheet of the document hides."""
    hidden: set[str] = set()
    for node in descendants(root):
        if node.tag == "style":
            for names, rules in RULE.findall("".join(child for child in node.children if isinstance(child, str))):
                rules = rules.lower().replace(" ", "")
                if "display:none" in rules or "mso-hide:all" in rules:
                    hidden.update(CLASS.findall(names))
    return hidden


def removal_kind(node: Node, *, revised: bool, hidden_classes: set[str]) -> str:
    """Return the kind of loss of an element that is removed with its content; "" for others."""
    if node.tag == "del" and revised:
        return "deleted_text"
    if node.tag in ("div", "p") and is_comment_box(node):
        return "comment"
    if not node.attributes:
        return ""
    classes = node.classes
    if any(DELETED.match(name) for name in classes):
        return "deleted_text"
    style = node.style
    if any(name in COMMENT for name in classes) or style.get("mso-element") in COMMENT_PARTS:
        return "comment"
    if node.tag == "a" and re.match(r"#(?:cmnt\d|_msocom_|sdcomment)", node.get("href")):
        return "comment"
    if (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or style.get("mso-hide") in ("all", "screen")
        or style.get("font-size") in ("0", "0px", "0pt")
        or "hidden" in node.attributes
        or any(name in HIDDEN or name in hidden_classes for name in classes)
    ):
        return "hidden_text"
    return ""


def is_comment_box(node: Node) -> bool:
    """Return whether an element holds exactly one comment, and not text with several."""
    first = next(descendants(node), None)
    while first is not None and first.tag != "a":
        first = next(descendants(first), None)
    return first is not None and bool(re.fullmatch(r"cmnt\d+|_msocom_\d+", first.get("id") or first.get("name")))


def remove_field_codes(root: Node, add: Callable[[str, str], None]) -> None:
    """Remove field codes that were visible when the text was copied.

    Runs after the conversion, when the texts of drawings and the alternative texts of images are text as well.
    """
    joined: list[Node | str] = []
    for child in root.children:
        if isinstance(child, Node):
            remove_field_codes(child, add)
            joined.append(child)
        elif joined and isinstance(joined[-1], str):
            joined[-1] += child
        else:
            joined.append(child)
    root.children = [without_field_codes(child, add) if isinstance(child, str) else child for child in joined]


def without_field_codes(text: str, add: Callable[[str, str], None]) -> str:
    """Return a text without field codes; nested ones are removed from the inside out."""

    def remove(found):
        add("field_code", found[0].strip("{} "))
        return ""

    for _level in range(MAX_NESTED_CODES):
        if "{" not in text:
            break
        text, count = CODE.subn(remove, text)
        if not count:
            break
    return text


FOOTNOTE = re.compile(
    r"#(?:x_)?_?(?:ftn|edn|ftnref|ednref|sdfootnote|sdendnote|fn|fnref|footnote|cite_(?:note|ref)-|user-content-fn)",
    re.IGNORECASE,
)
BACK_ARROWS = "↩↑^⤴⏎↵⬆"


def footnote_link_kind(node: Node) -> str:
    """Return the conversion of a footnote link: "words" (its text), "nothing" (an arrow back), "" for other links."""
    if not FOOTNOTE.match(node.get("href")):
        return ""
    text = node.text().strip("\ufe0e\ufe0f ")
    return "nothing" if text and all(letter in BACK_ARROWS for letter in text) else "words"
