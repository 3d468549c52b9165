"""Link checker: only the public internet is reached, however a URL points inside (SSRF)."""

import ssl
from ipaddress import ip_address

import pytest

from news import link_checker
from news.link_checker import (
    BlockedUrl,
    BrokenLink,
    check_link,
    check_links,
    describe_status,
    external_urls,
    resolve_target,
)
from news.public_ip import is_public_ip

PUBLIC = "93.184.215.14"


def names(**addresses):
    """Return a resolver for some host names with their IP addresses."""

    def resolve(host, port):
        try:
            return [str(ip_address(host))]
        except ValueError:
            pass
        if host not in addresses and host.replace(".", "_") not in addresses:
            raise OSError("unknown name")
        found = addresses.get(host, addresses.get(host.replace(".", "_")))
        return [found] if isinstance(found, str) else found

    return resolve


KNOWN = names(example_org=PUBLIC, other_example_org="2606:4700::1111", inside_example_org="10.0.0.5")


class Web:
    """Fake responses by method and URL, and a record of the requests."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def __call__(self, method, where):
        url = f"{where.scheme}://{where.host}{where.path}"
        self.asked.append((method, url, where.addresses[0]))
        answer = self.answers.get((method, url), self.answers.get(url, 200))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, tuple) else (answer, "")


def said(url, answers=(), resolve=KNOWN):
    web = Web(dict(answers))
    return check_link(url, resolve=resolve, opener=web), web.asked


# Public addresses


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "168.63.129.17", "192.0.1.1", "2606:4700::1111"])
def test_internet_addresses_are_public(address):
    assert is_public_ip(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "192.0.0.1",
        "192.0.0.192",
        "192.88.99.1",
        "168.63.129.16",
        "100.100.100.200",
        "192.31.196.1",
        "192.52.193.1",
        "192.175.48.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "::ffff:168.63.129.16",
        "::ffff:192.0.0.192",
        "64:ff9b:1::7f00:1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:10::1",
        "2001:2::1",
        "2001:20::1",
        "2620:4f:8000::1",
        "3fff::1",
        "2600:1f00::5efe:a00:1",
        "2600:1f00::200:5efe:a00:1",
        "fd00:ec2::254",
        "100::1",
        "5f00::1",
    ],
)
def test_internal_addresses_are_not_public(address):
    assert not is_public_ip(ip_address(address))


# Targets


def test_the_request_goes_to_the_checked_address():
    where = resolve_target("https://example.org/a?b=ü", KNOWN)
    assert where == ("https", "example.org", 443, "/a?b=%C3%BC", (PUBLIC,))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.org/", "is not a valid URL"),
        ("file:///etc/passwd", "is not a valid URL"),
        ("https:///path", "is not a valid URL"),
        ("http://[::1/", "is not a valid URL"),
        ("http://example.org:99999/", "is not a valid URL"),
        ("http://example.org:6379/", "uses port 6379"),
        ("http://example.org:0/", "uses port 0"),
        ("http://inside.example.org/", "leads to a private network"),
        ("http://127.0.0.1/", "leads to a private network"),
        ("http://[::1]/", "leads to a private network"),
        ("http://[::ffff:10.0.0.1]/", "leads to a private network"),
        ("http://[fe80::1%25eth0]/", "leads to a private network"),
        ("http://user:secret@127.0.0.1/", "leads to a private network"),
        ("http://unknown.example.org/", "domain not found"),
        ("http://a..b/", "domain not found"),
        (f"http://{'a' * 70}.example.org/", "domain not found"),
    ],
)
def test_blocked_urls_get_a_reason(url, why):
    with pytest.raises(BlockedUrl, match=why):
        resolve_target(url, KNOWN)


def test_a_host_with_one_private_address_among_public_ones_is_refused():
    with pytest.raises(BlockedUrl, match="private"):
        resolve_target("http://mixed/", names(mixed=[PUBLIC, "127.0.0.1"]))


def test_an_international_domain_name_is_encoded():
    assert resolve_target("https://пример.example.org/", lambda host, port: [PUBLIC]).host == "xn--e1afmkfd.example.org"


# Requests


def test_a_working_link_costs_one_head_request():
    assert said("https://example.org/") == ("", [("HEAD", "https://example.org/", PUBLIC)])


def test_a_refused_head_request_is_followed_by_get():
    sentence, asked = said("https://example.org/", {("HEAD", "https://example.org/"): 405})
    assert (sentence, [method for method, *_ in asked]) == ("", ["HEAD", "GET"])


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "page not found (404)"),
        (410, "not found"),
        (500, "a server error"),
        (403, "Open it yourself"),
        (418, "an error"),
    ],
)
def test_an_error_status_is_described(status, words):
    assert words in said("https://example.org/", {"https://example.org/": status})[0]


@pytest.mark.parametrize("status", [200, 204, 206, 304])
def test_other_statuses_are_successes(status):
    assert describe_status(status) == ""


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (ConnectionRefusedError(), "did not respond."),
        (TimeoutError(), "within 3 seconds"),
        (ssl.SSLCertVerificationError(), "certificate"),
        (ssl.SSLError(), "did not respond."),
    ],
)
def test_a_missing_response_is_described(trouble, words):
    assert words in said("https://example.org/", {"https://example.org/": trouble})[0]


def test_a_redirect_is_followed_to_its_end():
    sentence, asked = said(
        "http://example.org/a",
        {"http://example.org/a": (301, "/b"), "http://example.org/b": (302, "https://other.example.org/")},
    )
    assert (sentence, [address for *_, address in asked]) == ("", [PUBLIC, PUBLIC, "2606:4700::1111"])


@pytest.mark.parametrize(
    ("onward", "why"),
    [
        ("http://127.0.0.1/", "private"),
        ("//inside.example.org/", "private"),
        ("http://169.254.169.254/latest/meta-data/", "private"),
        ("http://example.org:22/", "port 22"),
        ("file:///etc/passwd", "valid URL"),
        ("http://[::1", "valid URL"),
        ("gopher://example.org/", "valid URL"),
    ],
)
def test_a_redirect_to_an_internal_host_is_not_followed(onward, why):
    sentence, asked = said("https://example.org/", {"https://example.org/": (302, onward)})
    assert (why in sentence, len(asked)) == (True, 1)


def test_dns_rebinding_between_redirects_is_blocked():
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    sentence, asked = said(
        "https://example.org/", {"https://example.org/": (302, "/b")}, lambda host, port: next(answers)
    )
    assert ("private" in sentence, len(asked)) == (True, 1)


def test_endless_redirects_are_stopped():
    sentence, asked = said("https://example.org/", {"https://example.org/": (302, "/")})
    assert ("too many times" in sentence, len(asked)) == (True, link_checker.MAX_REDIRECTS + 1)


# Many links


def test_external_links_are_listed_once():
    given = ["https://a.example/", "", "/about/", "mailto:a@example.org", "https://a.example/", "http://own.example/x"]
    assert external_urls([*given, "http://[broken"], own="own.example") == ["https://a.example/", "http://[broken"]


def test_broken_links_are_in_the_order_of_the_text():
    web = Web({"https://example.org/2": 404, "https://example.org/4": 500})
    faults = check_links([f"https://example.org/{n}" for n in range(6)], resolve=KNOWN, opener=web)
    assert faults == [
        BrokenLink("https://example.org/2", describe_status(404)),
        BrokenLink("https://example.org/4", describe_status(500)),
    ]


def test_the_number_of_links_is_limited():
    web = Web({})
    check_links([f"https://example.org/{n}" for n in range(100)], resolve=KNOWN, opener=web)
    assert len(web.asked) == link_checker.MAX_LINKS


def test_a_check_has_a_time_limit(monkeypatch):
    import threading

    go = threading.Event()
    monkeypatch.setattr(link_checker, "TOTAL_TIMEOUT", 0.05)

    def slowly(method, where):
        go.wait(5)
        return 200, ""

    try:
        assert "in time" in check_links(["https://example.org/"], resolve=KNOWN, opener=slowly)[0].sentence
    finally:
        go.set()


# A real local server, with the rule against private addresses bypassed


@pytest.fixture
def host():
    """A small HTTP server, and the requests to it."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        asked = []

        def do_HEAD(self):
            self.asked.append((self.command, self.path, self.headers["Host"]))
            self.send_response(302)
            self.send_header("Location", "/there")
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_request_goes_to_the_pinned_address_with_the_hosts_name(host):
    where = link_checker.Target("http", "example.org", host.server_port, "/a?b=1", ("127.0.0.1",))
    assert link_checker.fetch_status("HEAD", where) == (302, "/there")
    assert host.RequestHandlerClass.asked[-1] == ("HEAD", "/a?b=1", f"example.org:{host.server_port}")


def test_a_slow_response_is_cut_off(monkeypatch):
    import socket
    import threading

    monkeypatch.setattr(link_checker, "REQUEST_TIMEOUT", 0.3)
    listener = socket.create_server(("127.0.0.1", 0))
    go = threading.Event()

    def dribble():
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not go.wait(0.05):
                    connection.sendall(b"x")
            except OSError:
                pass

    thread = threading.Thread(target=dribble, daemon=True)
    thread.start()
    try:
        with pytest.raises(TimeoutError):
            link_checker.fetch_status(
                "HEAD", link_checker.Target("http", "example.org", listener.getsockname()[1], "/", ("127.0.0.1",))
            )
    finally:
        go.set()
        listener.close()
        thread.join(5)
