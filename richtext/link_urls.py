"""URL normalisation for links: adds schemes, fixes typos, removes mail filter wrappers, reads telephone numbers."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from richtext.link_wrappers import may_be_wrapper, unwrap_url

LETTER = r"a-z0-9\u0080-\U0010ffff"
HOST = re.compile(
    rf"(?:[{LETTER}][{LETTER}_-]{{0,62}}\.){{1,8}}([a-z\u0080-\U0010ffff]{{2,24}}|xn--[a-z0-9-]{{2,59}})\.?(?::\d{{1,5}})?",
    re.IGNORECASE,
)
MAILBOX = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]{1,64}@[^\s@/?#:<>]{1,190}\.[^\s@/?#:<>.]{2,60}"
    r"(?:\?[^\s#]{0,500})?"
)
# File suffixes: a word that ends in one is taken for a file name, not for a host.
FILE_SUFFIXES = frozenset(
    "html htm xhtml shtml php php3 php5 asp aspx jsp jspx cgi pl cfm do action pdf doc docx xls xlsx ppt pptx odt ods "
    "odp rtf txt csv jpg jpeg png gif webp svg mp3 mp4 avi mov xml json js css ico eml msg py zip rar gz tar".split()
)
PHONE = re.compile(r"(?:\+[\d(]|\(\d|00?\d)[\d\s().\u00a0-]{6,28}\d(?:\s?(?:ext|x)\.?\s?\d{1,6})?")
SCHEME_TYPOS = re.compile(
    r"(https?)(?::/(?!/)|//(?=\w)|;//|:\\\\|:\s{1,9}//)|(?:ttps?|htpp|htps|hhttps?|http\.)://",
    re.IGNORECASE,
)
COMPLETE_URL = re.compile(r"https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}(?:[/?#]|$)", re.IGNORECASE)
LONGEST_NUMBER = 100  # characters, including separators
DOUBLE_SCHEME = re.compile(r"^https?://(?=https?(?:://|//|:/))", re.IGNORECASE)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}:", re.IGNORECASE)


def normalise_url(value: str, base_url: str = "") -> str:
    """Return the URL of a link with its scheme, without mail filter wrappers, made absolute by `base_url`."""
    if COMPLETE_URL.match(value) and not may_be_wrapper(value):
        return value
    value = value.strip().strip("\u200b\ufeff\u2060")
    value = unwrap_url(value)
    value = add_scheme(value)
    if base_url and not SCHEME.match(value) and not value.startswith("#"):
        try:
            return urljoin(base_url, value)
        except ValueError:
            return value
    return value


def add_scheme(value: str) -> str:
    """Return a URL with its missing or misspelt scheme corrected; unchanged if unclear."""
    bare = DOUBLE_SCHEME.sub("", value.strip("<>"))
    if found := re.match(r"mailto:\s*+(?://)?\s*+", bare, re.IGNORECASE):
        rest = bare[found.end() :]
        return f"mailto:{rest}" if not rest.lower().startswith("mailto:") else add_scheme(rest)
    if re.match(r"(?:tel|phone|callto|telephone):", bare, re.IGNORECASE):
        return to_tel_url(bare.partition(":")[2])
    if found := SCHEME_TYPOS.match(bare):
        rest = bare[found.end() :].lstrip("/")
        scheme = "http" if bare.lower().startswith("http:") or (found[1] or "").lower() == "http" else "https"
        if rest:
            return f"{scheme}://{rest}"
    if bare != value and SCHEME.match(bare):
        return bare
    if bare.startswith("//"):
        return "https:" + bare if HOST.fullmatch(re.split("[/?#]", bare[2:], maxsplit=1)[0]) else value
    if MAILBOX.fullmatch(bare):
        return f"mailto:{bare}"
    if PHONE.fullmatch(bare):
        return to_tel_url(bare)
    if bare.startswith(("/", "#", "?", ".")):
        return value
    host = re.split("[/?#]", bare, maxsplit=1)[0]
    found = HOST.fullmatch(host)
    if found and (host.lower().startswith("www.") or found[1].lower() not in FILE_SUFFIXES):
        return f"https://{bare}"
    return value


def to_tel_url(number: str) -> str:
    """Return the tel: URL of a number: digits with + in front, and an extension (RFC 3966)."""
    if len(number) > LONGEST_NUMBER:
        return f"tel:{number}"
    number = unquote(number).strip().lstrip("/").strip()
    number = re.sub(r"\(0\)", "", number) if number.startswith(("+", "00")) else number
    number, _mark, extension = re.sub(
        r"(?i)(?<!\s)\s*+(?:;ext=|extension|ext\.?|\bx)\s*+", ";", number, count=1
    ).partition(";")
    digits = "".join(letter for letter in number if (letter.isascii() and letter.isdigit()) or letter in "*")
    if number.startswith(("+", "\uff0b")):
        digits = "+" + digits
    elif digits.startswith("00"):
        digits = "+" + digits[2:]
    extension = "".join(letter for letter in extension if letter.isdigit())
    return f"tel:{digits}" + (f";ext={extension}" if extension else "")


def absolute_web_url(value: str, base_url: str = "") -> str:
    """Return an absolute http(s) URL; "" for other values."""
    value = value.strip()
    if base_url:
        try:
            value = urljoin(base_url, value)
        except ValueError:
            return ""
    if value.startswith("//"):
        value = "https:" + value
    if not re.match(r"https?://[^/\s]", value, re.IGNORECASE):
        return ""
    return value if host_of(value) else ""


def host_of(value: str, base_url: str = "") -> str:
    """Return the host of a URL; "" without one."""
    try:
        url = urlsplit(urljoin(base_url, value.strip()) if base_url else value.strip())
        return (url.hostname or "") if url.scheme in ("http", "https", "") else ""
    except ValueError:
        return ""


# Start of the URL of an embedded player, without scheme and www, and the URL of its video page.
PLAYERS = {
    "youtube.com/embed/": "https://www.youtube.com/watch?v=%s",
    "youtube-nocookie.com/embed/": "https://www.youtube.com/watch?v=%s",
    "player.vimeo.com/video/": "https://vimeo.com/%s",
    "dailymotion.com/embed/video/": "https://www.dailymotion.com/video/%s",
    "rutube.ru/play/embed/": "https://rutube.ru/video/%s/",
}


def video_page_url(url: str) -> str:
    """Return the URL of the video page for the URL of an embedded player; other URLs unchanged."""
    parts = urlsplit(url)
    location = (parts.hostname or "").removeprefix("www.") + parts.path
    page = next((page for start, page in PLAYERS.items() if location.startswith(start)), "")
    video_id = parts.path.rstrip("/").rpartition("/")[2]
    if page and video_id == "videoseries" and "youtube" in page:
        playlist = parse_qs(parts.query).get("list")
        return f"https://www.youtube.com/playlist?list={playlist[0]}" if playlist else url
    return page % video_id if page else url


def url_as_text(url: str) -> str:
    """Return a URL as link text: without scheme, at most 100 characters."""
    text = re.sub(r"^https?://(?:www\.)?", "", url).rstrip("/")
    return text if len(text) <= 100 else text[:99] + "…"
