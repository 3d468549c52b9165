"""XML namespaces of feeds: one prefix for each vocabulary, in all its versions and spellings."""

from __future__ import annotations

import re

# Namespace patterns with the prefix used here. WordPress has export/1.0/ to export/1.2/.
NAMESPACES = [
    (re.compile(r"http://www\.w3\.org/2005/Atom/?"), "atom:"),
    (re.compile(r"http://purl\.org/atom/ns#"), "atom:"),  # Atom 0.3
    (re.compile(r"http://purl\.org/rss/1\.0/modules/content/?"), "content:"),
    (re.compile(r"http://purl\.org/dc/elements/1\.[01]/?"), "dc:"),
    (re.compile(r"http://purl\.org/dc/terms/?"), "dcterms:"),
    (re.compile(r"http://www\.w3\.org/2007/app/?|http://purl\.org/atom/app#?"), "app:"),
    (re.compile(r"https?://wordpress\.org/export/[0-9.]{1,9}/excerpt/?"), "excerpt:"),
    (re.compile(r"https?://wordpress\.org/export/[0-9.]{1,9}/?"), "wp:"),
    (re.compile(r"http://www\.w3\.org/1999/xhtml/?"), "xhtml:"),
    (re.compile(r"https?://search\.yahoo\.com/mrss/?|https?://tools\.search\.yahoo\.com/mrss/?"), "media:"),
    (re.compile(r"http://www\.itunes\.com/dtds/podcast-1\.0\.dtd", re.IGNORECASE), "itunes:"),
    (re.compile(r"http://purl\.org/syndication/thread/1\.0/?"), "thr:"),
    (re.compile(r"http://rssnamespace\.org/feedburner/ext/1\.0/?"), "feedburner:"),
    (re.compile(r"http://schemas\.google\.com/blogger/\d{4}/?"), "blogger:"),
    (re.compile(r"http://www\.w3\.org/1999/02/22-rdf-syntax-ns#"), "rdf:"),
    # RSS 0.90, 1.0, 1.1, and namespaces that some feeds give RSS 2.0, which has none.
    (re.compile(r"http://(?:my|channel)\.netscape\.com/rdf/simple/0\.9/?"), ""),
    (re.compile(r"http://purl\.org/rss/1\.0/?|http://purl\.org/net/rss1\.1#"), ""),
    (
        re.compile(
            r"http://(?:backend\.userland\.com|blogs\.law\.harvard\.edu|cyber\.law\.harvard\.edu)/[a-z0-9/.]{1,40}"
        ),
        "",
    ),
]
# Prefixes that are understood without a declaration.
PREFIXES = set("atom content dc dcterms app excerpt wp xhtml media itunes thr feedburner rdf".split())
TEXT_ELEMENTS = {  # text elements, whose content may be literal mark-up
    "title", "description", "content", "summary", "body", "fullitem", "content:encoded", "excerpt:encoded",
    "atom:title", "atom:summary", "atom:content", "dc:title", "dc:description", "dcterms:abstract", "xhtml:body",
    "xhtml:div",
}  # fmt: skip
# HTML elements, to tell mark-up from text with angle brackets.
HTML_ELEMENTS = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br "
    "button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em "
    "embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i "
    "iframe img input ins kbd label legend li link main map mark marquee menu meta meter nav nobr noframes noscript "
    "object ol optgroup option output p param picture pre progress q rp rt ruby s samp script section select small "
    "source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title "
    "tr track tt u ul var video wbr"
)
TAG = re.compile(
    rf"<(?:/?(?:{'|'.join(HTML_ELEMENTS.split())})(?=[\s/>])|![A-Za-z\[-]|\?[a-z]|/?[A-Za-z]\w{{0,9}}:[A-Za-z])",
    re.IGNORECASE,
)
ROOTS = {"rss", "atom:feed", "atom:entry", "rdf:RDF", "Channel"}
ITEMS = {"item", "atom:entry"}


class NamespaceContext:
    """Namespace context: maps the names of elements and attributes to the prefixes used here."""

    def __init__(self, bound: dict[str, str] | None = None, home: tuple[str, str] | None = None):
        self.bound = bound or {}  # prefix: namespace
        self.home = home  # (unknown namespace of the root, prefix for its elements)
        self.cache: dict[str, str] = {}

    def within(self, attributes: dict[str, str]) -> NamespaceContext:
        """Return the context within an element with these attributes."""
        declared = {
            name.removeprefix("xmlns").removeprefix(":"): value.strip()
            for name, value in attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        return NamespaceContext(self.bound | declared, self.home) if declared else self

    def at_home(self, tag: str) -> NamespaceContext:
        """Return the context within the root: `<rss>` and `<feed>` are known in any namespace."""
        prefix, _colon, local = tag.rpartition(":")
        space = self.bound.get(prefix, "")
        short = next((short for form, short in NAMESPACES if form.fullmatch(space)), None)
        if short is None and local in ("rss", "feed", "entry"):
            return NamespaceContext(self.bound, (space, "" if local == "rss" else "atom:"))
        return self

    def __call__(self, tag: str) -> str:
        """Return the name with its prefix; in an unknown namespace, "namespace name"."""
        if (name := self.cache.get(tag)) is None:
            name = self.cache[tag] = self.name(tag)
        return name

    def name(self, tag: str) -> str:
        prefix, _colon, local = tag.rpartition(":")
        space = self.bound.get(prefix, "")
        if self.home and space == self.home[0] and (space or not prefix):
            return self.home[1] + local
        if not space:
            return f"{prefix}:{local}" if prefix in PREFIXES else (f"{prefix} {local}" if prefix else local)
        return next((short + local for form, short in NAMESPACES if form.fullmatch(space)), f"{space} {local}")
