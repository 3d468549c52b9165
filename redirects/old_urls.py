"""URL canonicalisation for redirects from former URLs, tolerant of how servers, mail programs and people write links.

A URL is matched in a canonical form: without host, fragment, session ids and tracking parameters, with sorted
parameters; case, slashes, `index.html`, percent-encoding and `+` make no difference. If that does not match, characters
that were appended to a link (a full stop, a bracket, a quotation mark) are removed one by one.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from itertools import combinations
from urllib.parse import unquote_to_bytes

MAX_KEY_LENGTH = 500  # characters of a key
MAX_KEYS = 150  # looked up for one request
MAX_PARAMETERS = 4  # with more, unknown tracking parameters are not guessed
MAX_REMOVED = 8  # characters removed one by one

# Characters that may follow a link in a text: closing brackets, quotation marks of several languages, Markdown, soft
# line breaks of e-mail; with slashes among them.
TRAILING_JUNK = " \t\r\n\f\v\xa0.,;:!?)]}>(<[{'\"`*_=|\\&…“”„‟‘’‚‛«»‹›。，、）】」』؟،؛/"
# The same, escaped once or twice.
ESCAPED_JUNK = (
    "&gt;",
    "&lt;",
    "&quot;",
    "&amp;",
    "&nbsp;",
    "&#39;",
    "&rdquo;",
    "&raquo;",
    "&amp",
    "&gt",
    "&quot",
    "=20",
)
ESCAPED_JUNK += (
    "=0a",
    "=0d",
    "=3d",
    "=2e",
    "=2c",
    "%20",
    "%22",
    "%27",
    "%29",
    "%3e",
    "%0a",
    "%0d",
    "%2e",
    "%2c",
    "%c2%a0",
)
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
SOFT_BREAK = re.compile("=(?:\r\n?|\n)|[\r\n\t]")  # of quoted-printable, left in the link
INDEX_FILE = re.compile(r"(?:index|default|home|main)\.(?:s?html?|php[0-9]?|aspx?|jsp|cfm|cgi|pl|do)", re.IGNORECASE)
TRACKERS = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid yclid ysclid ymclid msclkid twclid ttclid igshid igsh li_fat_id mkt_tok "
    "vero_id vero_conv _openstat _ga _gl _hsenc _hsmi oly_anon_id oly_enc_id rb_clickid s_cid spm srsltid wickedid "
    "cmpid campaign_id __twitter_impression epik scid irclickid guccounter guce_referrer guce_referrer_sig "
    "phpsessid jsessionid aspsessionid cfid cftoken".split()
)
TRACKER_PREFIXES = ("utm_", "mc_", "pk_", "piwik_", "mtm_", "matomo_", "hsa_", "at_", "ns_", "ga_", "wt.")
ENCODINGS = ("cp1251", "cp1252")  # of links on older servers
SITE_PATH = re.compile(r"[A-Za-z0-9/._-]*")  # the characters of this site's URLs


def _keep_percent(error):
    return "".join(f"%{byte:02x}" for byte in error.object[error.start : error.end]), error.end


codecs.register_error("keep-percent", _keep_percent)


def canonical_key(url: str) -> str:
    """Return the canonical form of a former URL: a path, with or without a query."""
    path, _mark, query = url.partition("?")
    return _build_key(_canonical_path(path), _canonical_parameters(query))


def candidate_keys(path: str, query: str = "") -> list[str]:
    """Return the keys to look up for a request, the likeliest first; at most MOST_KEYS."""
    found: dict[str, None] = {}
    for shorter_path, shorter_query in _without_trailing_junk(path, query):
        parameters = _canonical_parameters(shorter_query)
        texts = [_percent_decode(shorter_path)]
        texts += [text for text in _in_other_encodings(texts[0]) if text != texts[0]]
        for subset in _subsets(parameters):
            found.update(dict.fromkeys(_build_key(_canonical_path(text), subset) for text in texts))
    return list(found)[:MAX_KEYS]


def candidate_paths(path: str) -> list[str]:
    """Return paths of this site that a damaged one may have been: at most six, without `path` itself."""
    text = SOFT_BREAK.sub("", _percent_decode(path))
    for _ in range(MAX_REMOVED):
        text = _remove_last_junk(text)
    text = INVISIBLE.sub("", text).replace("=", "")
    text = "/".join(segment.strip().partition(";")[0] for segment in text.split("/"))
    found: dict[str, None] = {}
    for candidate in (text.rstrip(TRAILING_JUNK), SITE_PATH.match(text)[0].rstrip(TRAILING_JUNK + "-") or None):
        if candidate is None or not SITE_PATH.fullmatch(candidate):
            continue
        segments = [segment for segment in candidate.split("/") if segment]
        if segments and INDEX_FILE.fullmatch(segments[-1]):
            segments.pop()
        for variant in (segments, [segment.lower() for segment in segments]):
            joined = "/" + "/".join(variant)
            found[f"{joined.rstrip('/')}/"] = None
            if segments and "." in segments[-1]:
                found[joined] = None
    return [each for each in found if each != path and each != f"{path}/"][:6]


def _without_trailing_junk(path: str, query: str) -> Iterator[tuple[str, str]]:
    """Yield a URL as requested, then with more and more appended characters removed."""
    yield path, query
    rest = SOFT_BREAK.sub("", (query or path).replace("=3D", "=").replace("=3d", "="))
    if not query:
        rest = INVISIBLE.sub("", _percent_decode(rest))
    pieces = [rest] if rest != (query or path) else []
    for _ in range(MAX_REMOVED):
        shorter = _remove_last_junk(rest)
        if shorter == rest or not shorter:
            break
        rest = shorter
        pieces.append(rest)
    for piece in pieces:
        yield (path, piece) if query else (piece, "")


def _remove_last_junk(text: str) -> str:
    """Return a text without its last appended character, plain or escaped."""
    text = text.rstrip("/")
    for escaped in ESCAPED_JUNK:
        if text[-len(escaped) :].lower() == escaped:
            return text[: -len(escaped)]
    return text[:-1] if text[-1:] and text[-1:] in TRAILING_JUNK else text


def _subsets(parameters: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Yield the parameters, then smaller and smaller subsets: any of them may be an unknown tracker."""
    if len(parameters) > MAX_PARAMETERS:
        yield parameters
        yield []
        return
    for size in range(len(parameters), -1, -1):
        yield from map(list, combinations(parameters, size))


def _build_key(path: str, parameters: list[tuple[str, str]]) -> str:
    query = "&".join(f"{name}={value}" for name, value in sorted(parameters))
    return (f"{path}?{query}" if query else path)[:MAX_KEY_LENGTH]


def _canonical_path(path: str) -> str:
    segments = [_fold(segment.partition(";")[0]) for segment in _percent_decode(path).split("/")]
    segments = [segment for segment in segments if segment]
    if segments and INDEX_FILE.fullmatch(segments[-1]):
        segments.pop()
    return "/" + "/".join(segments)


def _canonical_parameters(query: str) -> list[tuple[str, str]]:
    found = []
    for part in query.partition("#")[0].replace("&amp;", "&").replace(";", "&").split("&")[:50]:
        name, _sign, value = (_fold(_percent_decode(piece)) for piece in part.partition("="))
        if name and name not in TRACKERS and not name.startswith(TRACKER_PREFIXES):
            found.append((name, value))
    return found


def _percent_decode(text: str) -> str:
    """Return a text without percent-encoding, up to three times; bytes that are not UTF-8 stay encoded."""
    for _ in range(3):
        if "%" not in text:
            break
        decoded = unquote_to_bytes(text).decode("utf-8", "keep-percent")
        if decoded == text:
            break
        text = decoded
    return text


def _in_other_encodings(text: str) -> Iterator[str]:
    """Yield a path decoded as if the server or the client used another encoding."""
    for encoding in ENCODINGS:
        if "%" in text:
            yield unquote_to_bytes(text).decode(encoding, "ignore")
        elif not text.isascii():
            for variant in (text, text.casefold()):
                try:
                    yield variant.encode(encoding).decode("utf-8", "keep-percent")
                except UnicodeEncodeError:
                    continue


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFC", INVISIBLE.sub("", text)).casefold()
    return " ".join(text.replace("+", " ").split())
