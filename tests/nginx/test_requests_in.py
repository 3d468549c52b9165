"""Requests to nginx: TLS, host names, methods, ambiguous paths, and files that nginx serves itself."""

import re
import ssl
import subprocess

import pytest

from embassy.static_headers import STATIC_FILE_POLICY
from tests.helpers.files import a_pictured_message
from tests.helpers.nginx import HOST
from tests.helpers.routes import routes
from tests.nginx.server import SITE, request_page, tls_connection

# Connections


def test_the_home_page_comes_over_http_2(door):
    command = ["curl", "--silent", "--http2", "--cacert", door.directory / "tls" / "fullchain.pem"]
    command += ["--resolve", f"{HOST}:{door.https}:127.0.0.1", "--output", "/dev/null"]
    command += ["--write-out", "%{http_version} %{http_code}", f"{SITE}:{door.https}/"]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "2 200"


def test_plain_http_redirects_to_https(door):
    answer = request_page(door, "/messages/?before=1", plain=True)
    assert (answer.status, answer.headers["location"]) == (301, f"{SITE}/messages/?before=1")


@pytest.mark.parametrize("path", ["/", "/static/site.css", "/nothing-here/", "/admin/login/"])
def test_every_response_has_hsts(door, path):
    assert request_page(door, path).headers["strict-transport-security"] == "max-age=63072000"


@pytest.mark.parametrize(
    ("path", "who"), [("/", "same-origin"), ("/static/site.css", "cross-origin"), ("/never-was/", "same-origin")]
)
def test_every_response_has_resource_and_permissions_policies_once(door, path, who):
    headers = request_page(door, path).headers
    assert (headers["cross-origin-resource-policy"], "camera=()" in headers["permissions-policy"]) == (who, True)


def test_old_tls_is_refused(door):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        tls_connection(door, old)


def test_a_foreign_host_name_gets_no_handshake_and_no_page(door):
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        tls_connection(door, name="evil.example")
    assert [request_page(door, host="evil.example", plain=plain).status for plain in (True, False)] == [421, 421]


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT", "OPTIONS", "CONNECT", "PROPFIND"])
def test_unused_methods_are_refused(door, method):
    found = [request_page(door, path, method).status for path in ("/", "/admin/", "/static/site.css")]
    assert set(found) <= {400, 405} and len(found) == 3


def test_cors_preflights_succeed_only_where_other_sites_may_read(door):
    wishes = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    wishes["Access-Control-Request-Headers"] = "if-none-match"
    public = [(path, getattr(view, "for_others", False)) for path, view in routes() if not path.startswith("/admin/")]
    found = {path: request_page(door, path, "OPTIONS", **wishes) for path, _may in public}
    assert {path for path, answer in found.items() if answer.status == 204} == {path for path, may in public if may}
    assert {answer.status for answer in found.values()} == {204, 405}
    for answer in (answer for answer in found.values() if answer.status == 204):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "GET" in answer.headers["access-control-allow-methods"]


AMBIGUOUS = [
    "/admin/../messages/",
    "/messages/../admin/",
    "/messages/..",
    "/messages/.",
    "/./admin/",
    "/admin/%2e%2e/messages/",
    "/admin/%2E./messages/",
    "/admin/.%2e/messages/",
    "/messages/%2e/",
    "//admin/",
    "/messages//admin/",
    "/messages%2fadmin/",
    "/messages/..%2Fadmin/",
    "/messages/..%5cadmin/",
    "/messages\\..\\admin/",
    "/messages/%5C..%5Cadmin/",
    "/static/../admin/",
    "/static/..%2f..%2f.env",
    "/media/%2e%2e/%2e%2e/.env",
    "/protected//x",
    "/messages/%0a",
    "/messages/%0D%0Ax:y",
    "/messages/%00",
    "/messages/%7f",
    "/messages/../admin/?next=/",
    "/messages/#/../admin/",
]


@pytest.mark.parametrize("path", AMBIGUOUS)
def test_an_ambiguous_path_is_refused(door, path):
    lines = f"GET {path} HTTP/1.1", f"Host: {HOST}", "Connection: close", "", ""
    with tls_connection(door) as connection:
        connection.sendall("\r\n".join(lines).encode())
        assert connection.recv(4096).split()[1] == b"400"


@pytest.mark.parametrize(
    "path",
    [
        "/messages/?next=//elsewhere/../%2f%2e%2e%5c%0a",
        "/.well-known/security.txt",
        "/messages/.../",
        "/messages/a..b/",
        "/messages/%D1%81%D0%BB%D0%BE%D0%B2%D0%BE/",
        "/%6dessages/",
        "/static/site.css?v=1//2",
    ],
)
def test_an_unambiguous_path_is_not_refused(door, path):
    assert request_page(door, path).status in {200, 301, 404}


def test_an_absolute_url_in_the_request_line_is_accepted(door):
    lines = f"GET {SITE}/messages/ HTTP/1.1", f"Host: {HOST}", "Connection: close", "", ""
    with tls_connection(door) as connection:
        connection.sendall("\r\n".join(lines).encode())
        assert connection.recv(4096).split()[1] == b"200"


def test_health_checks_work_with_any_host_name(door):
    found = [request_page(door, path, plain=True, host="10.0.0.7").status for path in ("/healthz", "/readyz")]
    assert [*found, request_page(door, "/readyz").status] == [200, 200, 200]


# Files


def its_style_sheet(door):
    return re.search(r'rel="stylesheet" href="([^"]+)"', request_page(door).text)[1]


def test_static_files_with_a_hash_in_their_name_are_immutable(door):
    headers = request_page(door, its_style_sheet(door)).headers
    assert (headers["cache-control"], headers["content-type"]) == ("max-age=315360000, public, immutable", "text/css")
    assert request_page(door, "/static/site.css").headers["cache-control"] == "max-age=3600, public"


@pytest.mark.parametrize(("accepted", "coding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
def test_static_files_are_sent_as_precompressed(door, application, accepted, coding):
    path = its_style_sheet(door)
    answer = request_page(door, path, Accept_Encoding=accepted)
    assert (answer.headers.get("content-encoding"), answer.headers["vary"]) == (coding, "Accept-Encoding")
    ending = {"br": ".br", "gzip": ".gz", None: ""}[coding]
    assert answer.body == (application.static / f"{path[1:]}{ending}").read_bytes()


@pytest.mark.django_db(transaction=True)
def test_the_image_of_a_draft_is_404_and_that_of_a_message_is_sent_by_nginx(door, application, settings, an_hour_ago):
    settings.MEDIA_ROOT = application.media
    draft, shown = (a_pictured_message(publish_at=moment) for moment in (None, an_hour_ago))
    hidden, public = (request_page(door, f"/media/{message.image.name}") for message in (draft, shown))
    assert (hidden.status, public.status) == (404, 200)
    assert public.body == (application.media / shown.image.name).read_bytes()
    assert (public.headers["accept-ranges"], public.headers["cache-control"]) == ("bytes", "max-age=60, public")
    assert "sandbox" in public.headers["content-security-policy"]
    assert public.headers["x-content-type-options"] == "nosniff"
    assert request_page(door, f"/protected/{draft.image.name}").status == 404


def test_a_static_file_cannot_run_or_load_anything(door, application):
    suffixes = {path.suffix: path for path in sorted((application.static / "static").rglob("*")) if path.is_file()}
    suffixes = {suffix: path for suffix, path in suffixes.items() if suffix not in {".br", ".gz"}}
    assert {".css", ".js", ".svg", ".png"} < suffixes.keys()
    for path in suffixes.values():
        answer = request_page(door, f"/{path.relative_to(application.static)}")
        assert (answer.status, answer.headers["content-security-policy"]) == (200, STATIC_FILE_POLICY)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
    assert request_page(door, "/static/nothing.html").headers["content-security-policy"] == STATIC_FILE_POLICY
