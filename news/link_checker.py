"""Link checker with protection against SSRF: it fetches URLs on the public internet only.

Authors of a text choose the fetched URLs, so nothing inside our own network may be reached. Each host name is resolved
first, all its IP addresses must be public, and the connection goes to the address that was checked. The same applies
to each redirect.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from ipaddress import ip_address
from itertools import zip_longest
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.utils.translation import gettext as _

from news.public_ip import is_public_ip

MAX_LINKS = 20
MAX_REDIRECTS = 5
REQUEST_TIMEOUT = 3.0  # for one request, and for one host name
ADDRESS_TIMEOUT = 1.0  # seconds for an IP address that does not respond, where the host has another one
TOTAL_TIMEOUT = 8.0  # for all links of a message
THREADS = 6
USER_AGENT = "Mozilla/5.0 (compatible; press-desk link check)"
DEFAULT_PORTS = {"http": 80, "https": 443}

Resolver = Callable[[str, int], Iterable[str]]


class BrokenLink(NamedTuple):
    """A broken link, and a sentence about the error."""

    url: str
    sentence: str


class Target(NamedTuple):
    """The target of a request: the host's IP addresses, all checked, and what to request there."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


class BlockedUrl(Exception):
    """A URL that is not fetched; its message says why, to the user."""


# Which URLs may be fetched


def external_urls(urls: Iterable[str], *, own: str = "") -> list[str]:
    """Return the http and https URLs, each once, without those on our own host `own`."""
    found = []
    for url in urls:
        try:
            parts = urlsplit(url)
            on_web = parts.scheme in DEFAULT_PORTS and parts.hostname and parts.hostname != own
        except ValueError:
            on_web = url.startswith(("http:", "https:"))
        if on_web:
            found.append(url)
    return list(dict.fromkeys(found))


def split_url(url: str) -> SplitResult:
    """Return the parts of a URL: http or https, on a standard port, with a host. Raise Refused for any other URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BlockedUrl(_("is not a valid URL.")) from None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise BlockedUrl(_("is not a valid URL."))
    if port is not None and port not in DEFAULT_PORTS.values():
        raise BlockedUrl(_("uses port %d, which is not a standard web port.") % port)
    return parts


def resolve_target(url: str, resolve: Resolver) -> Target:
    """Return the target of `url`. Raise Refused without a host, or where it is not on the public internet."""
    parts = split_url(url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    try:
        host = parts.hostname.encode("idna").decode("ascii") if not _is_ip(parts.hostname) else parts.hostname
        found = [ip_address(address.partition("%")[0]) for address in resolve(host, port)]
    except TimeoutError:
        raise
    except (OSError, ValueError):  # UnicodeError, for an invalid host name, is a ValueError
        raise BlockedUrl(_("domain not found.")) from None
    if not found:
        raise BlockedUrl(_("domain not found."))
    if not all(map(is_public_ip, found)):
        raise BlockedUrl(_("leads to a private network, which the public cannot reach."))
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return Target(parts.scheme, host, port, f"{path}?{query}" if query else path, interleave_families(found))


def interleave_families(found) -> tuple[str, ...]:
    """Return IP addresses in the order to try them: alternating families, the resolver's first (RFC 8305)."""
    first = [address for address in found if address.version == found[0].version]
    other = [address for address in found if address.version != found[0].version]
    pairs = zip_longest(first, other)
    return tuple(str(address) for pair in pairs for address in pair if address is not None)


def describe_status(status: int) -> str:
    """Return the error that a status code means; "" for a success."""
    if status in (404, 410):
        return _("page not found (%d).") % status
    if status in (401, 402, 403, 407, 429, 451, 999):
        return _("could not be checked: the site refuses automatic requests (%d). Open it yourself.") % status
    if status >= 500:
        return _("returned a server error (%d).") % status
    if status >= 400:
        return _("returned an error (%d).") % status
    return ""


# Requests

Opener = Callable[[str, Target], tuple[int, str]]


def resolve_name(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host by the system's resolver. Raise TimeoutError after SECONDS."""
    found: Future[list] = Future()
    Thread(target=_resolve_into, args=(host, port, found), name="link-name", daemon=True).start()
    return list(dict.fromkeys(str(entry[4][0]) for entry in found.result(REQUEST_TIMEOUT)))


def _resolve_into(host: str, port: int, found: Future) -> None:
    try:
        found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except BaseException as error:
        found.set_exception(error)


def open_socket(target: Target) -> socket.socket:
    """Return a connection to the first IP address that responds. Raise OSError where none does within SECONDS."""
    end, left = monotonic() + REQUEST_TIMEOUT, len(target.addresses)
    for address in target.addresses:
        left -= 1
        seconds = max(end - monotonic(), 0.01)
        try:
            connected = socket.create_connection(
                (address, target.port), min(seconds, ADDRESS_TIMEOUT) if left else seconds
            )
        except OSError:
            if not left or monotonic() >= end:
                raise
        else:
            connected.settimeout(REQUEST_TIMEOUT)
            return connected
    raise OSError("no address")


def fetch_status(method: str, target: Target) -> tuple[int, str]:
    """Send a request; return the status and the target of a redirect or "". Raise OSError without a response."""
    connection = http.client.HTTPConnection(target.host, target.port, timeout=REQUEST_TIMEOUT)
    # A limit for the whole response: a timeout of the socket alone would allow a byte at a time for hours.
    timed_out = threading.Event()
    limit = threading.Timer(REQUEST_TIMEOUT, _close_socket, [connection, timed_out])
    limit.daemon = True
    limit.start()
    try:
        connection.sock = open_socket(target)
        if target.scheme == "https":
            # The handshake comes after the assignment, so that the limit can close the socket.
            connection.sock = ssl.create_default_context().wrap_socket(
                connection.sock, server_hostname=target.host, do_handshake_on_connect=False
            )
            connection.sock.do_handshake()
        default = target.port == DEFAULT_PORTS[target.scheme]
        name = f"[{target.host}]" if ":" in target.host else target.host
        headers = {"Host": name if default else f"{name}:{target.port}", "User-Agent": USER_AGENT, "Accept": "*/*"}
        connection.request(method, target.path, headers=headers)
        response = connection.getresponse()
        if timed_out.is_set():
            raise TimeoutError
        return response.status, response.getheader("Location", "")
    except (http.client.HTTPException, ValueError, OSError) as error:
        if timed_out.is_set():
            raise TimeoutError from error
        raise error if isinstance(error, OSError) else OSError("invalid response") from error
    finally:
        limit.cancel()
        connection.close()


def check_link(url: str, *, resolve: Resolver = resolve_name, opener: Opener = fetch_status) -> str:
    """Return the error of a link; "" where it works. Try HEAD, then GET."""
    try:
        status = 0
        for method in ("HEAD", "GET"):
            status = follow_redirects(method, url, resolve, opener)
            if status < 400:
                return ""
        return describe_status(status)
    except BlockedUrl as refusal:
        return str(refusal)
    except ssl.SSLCertVerificationError:
        return _("has an invalid certificate. Browsers will show a warning.")
    except TimeoutError:
        return _("did not respond within %d seconds.") % REQUEST_TIMEOUT
    except OSError:
        return _("did not respond.")


def follow_redirects(method: str, url: str, resolve: Resolver, opener: Opener) -> int:
    """Return the status after redirects. Each of them is checked like the first URL."""
    for _step in range(MAX_REDIRECTS + 1):
        status, onward = opener(method, resolve_target(url, resolve))
        if status not in (301, 302, 303, 307, 308) or not onward:
            return status
        try:
            url = urljoin(url, onward)
        except ValueError:
            raise BlockedUrl(_("redirects to an invalid URL.")) from None
    raise BlockedUrl(_("redirects too many times."))


def check_links(
    urls: Iterable[str], *, resolve: Resolver = resolve_name, opener: Opener = fetch_status
) -> list[BrokenLink]:
    """Return the broken links among the first MOST_LINKS of `urls`, checked in parallel within ALL_SECONDS."""
    waiting: SimpleQueue[tuple[str, Future[str]]] = SimpleQueue()
    results: dict[str, Future[str]] = {url: Future() for url in list(urls)[:MAX_LINKS]}
    for each in results.items():
        waiting.put(each)
    # Daemon threads in place of an executor, whose threads would delay the exit of the process.
    for _thread in range(min(THREADS, len(results))):
        Thread(target=_check_waiting, args=(waiting, resolve, opener), name="link", daemon=True).start()
    broken, end = [], monotonic() + TOTAL_TIMEOUT
    for url, result in results.items():
        try:
            sentence = result.result(timeout=max(0.0, end - monotonic()))
        except TimeoutError:
            sentence = _("could not be checked in time.")
        if sentence:
            broken.append(BrokenLink(url, sentence))
    while not waiting.empty():
        with suppress(Empty):
            waiting.get_nowait()
    return broken


def _check_waiting(waiting: SimpleQueue, resolve: Resolver, opener: Opener) -> None:
    """Check links from the queue until it is empty."""
    while True:
        try:
            url, result = waiting.get_nowait()
        except Empty:
            return
        try:
            result.set_result(check_link(url, resolve=resolve, opener=opener))
        except BaseException as error:
            result.set_exception(error)


def _close_socket(connection: http.client.HTTPConnection, timed_out: threading.Event) -> None:
    timed_out.set()
    with suppress(AttributeError, OSError):  # not connected yet, or closed already
        connection.sock.shutdown(socket.SHUT_RDWR)


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host.partition("%")[0]))
    except ValueError:
        return False
