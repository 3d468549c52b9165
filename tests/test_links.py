"""Links are asked of the public internet alone: never of a host inside, by whatever way an address leads there."""

import ssl
from ipaddress import ip_address

import pytest

from news import links
from news.links import Fault, Refused, check, check_all, place, verdict, web_links
from news.public_addresses import is_public

PUBLIC = "93.184.215.14"


def names(**addresses):
    """Return a resolver that knows some names, and which addresses they have."""

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
    """A web of answers by method and address, and a record of what was asked where."""

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
    return check(url, resolve=resolve, opener=web), web.asked


# Which addresses are public


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "168.63.129.17", "192.0.1.1", "2606:4700::1111"])
def test_an_address_on_the_internet_is_public(address):
    assert is_public(ip_address(address))


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
def test_an_address_inside_is_not_public(address):
    assert not is_public(ip_address(address))


# Where a question goes


def test_the_question_goes_to_the_address_that_was_looked_at():
    where = place("https://example.org/a?b=ü", KNOWN)
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
def test_what_may_not_be_asked_is_refused_with_its_reason(url, why):
    with pytest.raises(Refused, match=why):
        place(url, KNOWN)


def test_a_host_with_one_private_address_among_public_ones_is_refused():
    with pytest.raises(Refused, match="private"):
        place("http://mixed/", names(mixed=[PUBLIC, "127.0.0.1"]))


def test_a_name_in_another_alphabet_is_asked_for_as_the_network_spells_it():
    assert place("https://пример.example.org/", lambda host, port: [PUBLIC]).host == "xn--e1afmkfd.example.org"


# What is asked


def test_a_link_that_answers_is_fine_and_asked_for_its_headers_alone():
    assert said("https://example.org/") == ("", [("HEAD", "https://example.org/", PUBLIC)])


def test_where_the_headers_are_refused_the_page_is_asked_for():
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
def test_a_link_that_answers_with_an_error_is_named(status, words):
    assert words in said("https://example.org/", {"https://example.org/": status})[0]


@pytest.mark.parametrize("status", [200, 204, 206, 304])
def test_an_answer_that_is_no_error_is_fine(status):
    assert verdict(status) == ""


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (ConnectionRefusedError(), "did not respond."),
        (TimeoutError(), "within 3 seconds"),
        (ssl.SSLCertVerificationError(), "certificate"),
        (ssl.SSLError(), "did not respond."),
    ],
)
def test_a_link_that_does_not_answer_is_named(trouble, words):
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
        ("file:///etc/passwd", "no web address"),
        ("http://[::1", "no web address"),
        ("gopher://example.org/", "no web address"),
    ],
)
def test_a_redirect_to_the_inside_is_not_followed(onward, why):
    sentence, asked = said("https://example.org/", {"https://example.org/": (302, onward)})
    assert (why in sentence, len(asked)) == (True, 1)


def test_a_name_that_turns_private_between_two_steps_is_not_followed():
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    sentence, asked = said(
        "https://example.org/", {"https://example.org/": (302, "/b")}, lambda host, port: next(answers)
    )
    assert ("private" in sentence, len(asked)) == (True, 1)


def test_redirects_without_an_end_are_given_up():
    sentence, asked = said("https://example.org/", {"https://example.org/": (302, "/")})
    assert ("without an end" in sentence, len(asked)) == (True, links.MOST_REDIRECTS + 1)


# Many links


def test_links_on_the_web_are_found_each_once_and_our_own_left_out():
    given = ["https://a.example/", "", "/about/", "mailto:a@example.org", "https://a.example/", "http://own.example/x"]
    assert web_links([*given, "http://[broken"], own="own.example") == ["https://a.example/", "http://[broken"]


def test_faults_are_told_in_the_order_of_the_links():
    web = Web({"https://example.org/2": 404, "https://example.org/4": 500})
    faults = check_all([f"https://example.org/{n}" for n in range(6)], resolve=KNOWN, opener=web)
    assert faults == [
        Fault("https://example.org/2", verdict(404)),
        Fault("https://example.org/4", verdict(500)),
    ]


def test_a_page_of_links_is_checked_to_a_bound():
    web = Web({})
    check_all([f"https://example.org/{n}" for n in range(100)], resolve=KNOWN, opener=web)
    assert len(web.asked) == links.MOST_LINKS


def test_a_check_that_takes_too_long_is_given_up(monkeypatch):
    import threading

    go = threading.Event()
    monkeypatch.setattr(links, "ALL_SECONDS", 0.05)

    def slowly(method, where):
        go.wait(5)
        return 200, ""

    try:
        assert "in time" in check_all(["https://example.org/"], resolve=KNOWN, opener=slowly)[0].sentence
    finally:
        go.set()


# On the wire: a host of our own, asked past the rule that keeps us from it


@pytest.fixture
def host():
    """A small HTTP server, and what it was asked."""
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


def test_a_question_is_put_to_the_pinned_address_under_the_hosts_name(host):
    where = links.Place("http", "example.org", host.server_port, "/a?b=1", ("127.0.0.1",))
    assert links.ask("HEAD", where) == (302, "/there")
    assert host.RequestHandlerClass.asked[-1] == ("HEAD", "/a?b=1", f"example.org:{host.server_port}")


def test_a_host_that_dribbles_is_left(monkeypatch):
    import socket
    import threading

    monkeypatch.setattr(links, "SECONDS", 0.3)
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
            links.ask("HEAD", links.Place("http", "example.org", listener.getsockname()[1], "/", ("127.0.0.1",)))
    finally:
        go.set()
        listener.close()
        thread.join(5)
