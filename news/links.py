"""Whether links still lead somewhere: asked from the desk, of the public internet alone.

Whoever writes a text decides what is asked here, so nothing inside our own network may be reached: each host's name is
looked up first, every one of its addresses must be public, and the connection goes to the address that was looked at.
A redirect is a new address and is held to the same.
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

from news.public_addresses import is_public

MOST_LINKS = 20
MOST_REDIRECTS = 5
SECONDS = 3.0  # for one question, and for one name
ONE_ADDRESS = 1.0  # second for an address that does not answer, where the host has another one
ALL_SECONDS = 8.0  # for all links of a message
AT_ONCE = 6
AGENT = "Mozilla/5.0 (compatible; press-desk link check)"
PORTS = {"http": 80, "https": 443}

Resolver = Callable[[str, int], Iterable[str]]


class Fault(NamedTuple):
    """A link with what is wrong about it, in a sentence."""

    url: str
    sentence: str


class Place(NamedTuple):
    """Where a question goes: the host's addresses, all of them checked, and the names to ask there by."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


class Refused(Exception):
    """An address that we don't ask; its message says why, to a press officer."""


# What may be asked: pure


def web_links(addresses: Iterable[str], *, own: str = "") -> list[str]:
    """Return the addresses on the web among `addresses`, each once; those on our own host `own` are not asked."""
    found = []
    for url in addresses:
        try:
            parts = urlsplit(url)
            on_web = parts.scheme in PORTS and parts.hostname and parts.hostname != own
        except ValueError:
            on_web = url.startswith(("http:", "https:"))
        if on_web:
            found.append(url)
    return list(dict.fromkeys(found))


def split(url: str) -> SplitResult:
    """Return the parts of an address that may be asked: http or https, on the web's own ports, of a named host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused(_("is no web address.")) from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise Refused(_("is no web address."))
    if port is not None and port not in PORTS.values():
        raise Refused(_("leads to port %d, where no public web page is.") % port)
    return parts


def place(url: str, resolve: Resolver) -> Place:
    """Return where to ask for `url`. Raise Refused where that is nowhere, or not on the public internet."""
    parts = split(url)
    port = parts.port or PORTS[parts.scheme]
    try:
        host = parts.hostname.encode("idna").decode("ascii") if not _is_ip(parts.hostname) else parts.hostname
        found = [ip_address(address.partition("%")[0]) for address in resolve(host, port)]
    except TimeoutError:
        raise
    except (OSError, ValueError):  # UnicodeError, for a name that is none, is a ValueError
        raise Refused(_("leads nowhere: no host has this name.")) from None
    if not found:
        raise Refused(_("leads nowhere: no host has this name."))
    if not all(map(is_public, found)):
        raise Refused(_("leads to a private address: the public can’t follow it."))
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return Place(parts.scheme, host, port, f"{path}?{query}" if query else path, in_turn(found))


def in_turn(found) -> tuple[str, ...]:
    """Return addresses in the order to try them: both families by turns, the resolver's first one first (RFC 8305)."""
    first = [address for address in found if address.version == found[0].version]
    other = [address for address in found if address.version != found[0].version]
    pairs = zip_longest(first, other)
    return tuple(str(address) for pair in pairs for address in pair if address is not None)


def verdict(status: int) -> str:
    """Return what is wrong by a status code; "" where nothing is."""
    if status in (404, 410):
        return _("leads to a page that is not there (%d).") % status
    if status in (401, 402, 403, 407, 429, 451, 999):
        return _("could not be checked: its host turns programs away (%d). Open it yourself.") % status
    if status >= 500:
        return _("leads to a page that is out of order (%d).") % status
    if status >= 400:
        return _("is answered with an error (%d).") % status
    return ""


# Asking

Opener = Callable[[str, Place], tuple[int, str]]


def resolve_name(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system knows them. Raise TimeoutError after SECONDS."""
    found: Future[list] = Future()
    Thread(target=_look_up, args=(host, port, found), name="link-name", daemon=True).start()
    return list(dict.fromkeys(str(entry[4][0]) for entry in found.result(SECONDS)))


def _look_up(host: str, port: int, found: Future) -> None:
    try:
        found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except BaseException as error:
        found.set_exception(error)


def connect(where: Place) -> socket.socket:
    """Return a connection to the first address of a place that answers. Raise OSError where none does, in SECONDS."""
    end, left = monotonic() + SECONDS, len(where.addresses)
    for address in where.addresses:
        left -= 1
        seconds = max(end - monotonic(), 0.01)
        try:
            connected = socket.create_connection((address, where.port), min(seconds, ONE_ADDRESS) if left else seconds)
        except OSError:
            if not left or monotonic() >= end:
                raise
        else:
            connected.settimeout(SECONDS)
            return connected
    raise OSError("no address")


def ask(method: str, where: Place) -> tuple[int, str]:
    """Ask at a place; return the status and where it redirects to ("" for nowhere). Raise OSError for no answer."""
    connection = http.client.HTTPConnection(where.host, where.port, timeout=SECONDS)
    # However slowly the host answers, a byte at a time: then it is over.
    over = threading.Event()
    limit = threading.Timer(SECONDS, _hang_up, [connection, over])
    limit.daemon = True
    limit.start()
    try:
        connection.sock = connect(where)
        if where.scheme == "https":
            # The handshake comes after the socket is in its place, where the limit finds it.
            connection.sock = ssl.create_default_context().wrap_socket(
                connection.sock, server_hostname=where.host, do_handshake_on_connect=False
            )
            connection.sock.do_handshake()
        default = where.port == PORTS[where.scheme]
        name = f"[{where.host}]" if ":" in where.host else where.host
        headers = {"Host": name if default else f"{name}:{where.port}", "User-Agent": AGENT, "Accept": "*/*"}
        connection.request(method, where.path, headers=headers)
        response = connection.getresponse()
        if over.is_set():
            raise TimeoutError
        return response.status, response.getheader("Location", "")
    except (http.client.HTTPException, ValueError, OSError) as error:
        if over.is_set():
            raise TimeoutError from error
        raise error if isinstance(error, OSError) else OSError("no answer by the book") from error
    finally:
        limit.cancel()
        connection.close()


def check(url: str, *, resolve: Resolver = resolve_name, opener: Opener = ask) -> str:
    """Return what is wrong with a link, "" where nothing is. Ask for the headers, and for the page where that fails."""
    try:
        status = 0
        for method in ("HEAD", "GET"):
            status = follow(method, url, resolve, opener)
            if status < 400:
                return ""
        return verdict(status)
    except Refused as refusal:
        return str(refusal)
    except ssl.SSLCertVerificationError:
        return _("leads to a host whose certificate is not valid: browsers will warn of it.")
    except TimeoutError:
        return _("got no answer within %d seconds.") % SECONDS
    except OSError:
        return _("got no answer.")


def follow(method: str, url: str, resolve: Resolver, opener: Opener) -> int:
    """Return the status at the end of the redirects; every step of them is held to the rules of the first."""
    for _step in range(MOST_REDIRECTS + 1):
        status, onward = opener(method, place(url, resolve))
        if status not in (301, 302, 303, 307, 308) or not onward:
            return status
        try:
            url = urljoin(url, onward)
        except ValueError:
            raise Refused(_("is passed on to something that is no web address.")) from None
    raise Refused(_("is passed on from page to page without an end."))


def check_all(urls: Iterable[str], *, resolve: Resolver = resolve_name, opener: Opener = ask) -> list[Fault]:
    """Return the faults among the first MOST_LINKS of `urls`, some asked at once, in ALL_SECONDS together."""
    waiting: SimpleQueue[tuple[str, Future[str]]] = SimpleQueue()
    asked: dict[str, Future[str]] = {url: Future() for url in list(urls)[:MOST_LINKS]}
    for each in asked.items():
        waiting.put(each)
    # Daemons, and no executor: its threads would be waited for at the end of the process.
    for _thread in range(min(AT_ONCE, len(asked))):
        Thread(target=_check_waiting, args=(waiting, resolve, opener), name="link", daemon=True).start()
    faults, end = [], monotonic() + ALL_SECONDS
    for url, answer in asked.items():
        try:
            sentence = answer.result(timeout=max(0.0, end - monotonic()))
        except TimeoutError:
            sentence = _("could not be checked in time.")
        if sentence:
            faults.append(Fault(url, sentence))
    while not waiting.empty():
        with suppress(Empty):
            waiting.get_nowait()
    return faults


def _check_waiting(waiting: SimpleQueue, resolve: Resolver, opener: Opener) -> None:
    """Check the links that wait until none is left."""
    while True:
        try:
            url, answer = waiting.get_nowait()
        except Empty:
            return
        try:
            answer.set_result(check(url, resolve=resolve, opener=opener))
        except BaseException as error:
            answer.set_exception(error)


def _hang_up(connection: http.client.HTTPConnection, over: threading.Event) -> None:
    over.set()
    with suppress(AttributeError, OSError):  # not connected yet, or not any more
        connection.sock.shutdown(socket.SHUT_RDWR)


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host.partition("%")[0]))
    except ValueError:
        return False
