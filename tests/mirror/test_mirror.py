"""The mirror: the same pages as the site's, as plain files that lead to one another."""

import re
from html import unescape
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import get_resolver

from mirror import build, client, paths
from mirror.build import build_mirror
from mirror.paths import SiteUrl
from redirects.models import Redirect
from tests import databases
from tests.factories import DAY, HOUR, NOON, a_category, a_counter, a_message, an_office
from tests.helpers import public_pages
from tests.helpers.files import a_pictured_message, an_image
from tests.helpers.wsgi import request_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LINK = re.compile(r'<[a-z][^>]*\s(?:href|src|action)="([^"]*)"')
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mirror"


def made(folder):
    """Build the mirror, and return the result of the run."""
    *_, outcome = build_mirror(folder)
    return outcome


def pages(folder):
    return {str(file.relative_to(folder)): file for file in folder.rglob("*.html")}


def target(file, link):
    """Return the name of the file to which a link of a mirrored page leads; None where it leads out of the mirror."""
    parts = urlsplit(unescape(link))
    if parts.scheme or parts.netloc or not parts.path:
        return None
    name = unquote(normpath(join(dirname(file), parts.path)))
    return join(name, "index.html").removeprefix("./") if parts.path.endswith(("/", ".")) else name


def words(page):
    """Return the text of a page's main part."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", MAIN.search(page)[0])).split())


# The same as the site


@pytest.fixture(scope="module")
def whole(django_db_setup, django_db_blocker, tmp_path_factory):
    """The mirror of a site that has something of everything, and the original of each of its pages by its address."""
    folder = tmp_path_factory.mktemp("whole") / "mirror"
    with django_db_blocker.unblock(), time_machine.travel(NOON, tick=False):
        try:
            public_pages.fill_site()
            made(folder)
            originals = dict(crawl_site())
        finally:
            databases.restore()
    return folder, originals


def crawl_site():
    """Yield (address, page) of each page that links in the main parts of pages lead to, from the home page on."""
    waiting, seen = [SiteUrl("/")], {SiteUrl("/")}
    while waiting:
        address = waiting.pop()
        original = request_page(str(address)).body.decode()
        yield address, original
        for link in links(original):
            meant = SiteUrl.read(urljoin(str(address), link))
            if link.startswith(("/", "?")) and is_held_page(meant) and meant not in seen:
                seen.add(meant)
                waiting.append(meant)


def links(page):
    """Return the links of a page's main part."""
    return [unescape(link) for link in LINK.findall(MAIN.search(page)[0])]


def is_held_page(address):
    return address.is_held and address.is_page and not address.file.endswith(".xml")


def test_site_and_mirror_say_the_same_and_lead_to_the_same(whole):
    folder, originals = whole
    assert len(originals) > 60
    for address, original in originals.items():
        copy = (folder / address.file).read_text()
        has_hours = address.match.view_name in ("consular:contact", "consular:topic")
        if not has_hours:  # a copy says no state: the script does
            assert words(copy) == words(original), address
        for link, led in zip(links(original), LINK.findall(MAIN.search(copy)[0]), strict=True):
            if not link.startswith(("/", "?")):
                assert unescape(led) == link
                continue
            meant = SiteUrl.read(urljoin(str(address), link))
            if meant.is_held:
                assert target(address.file, led) == meant.file
            else:
                assert unescape(led) == f"http://testserver{urljoin(str(address), link)}"


def test_every_link_of_every_page_leads_to_a_file(whole):
    folder, _originals = whole
    found = pages(folder)
    dead = {
        (name, link)
        for name, file in found.items()
        for link in LINK.findall(file.read_text())
        if name != build.NOT_FOUND_FILE and (to := target(name, link)) and not (folder / to).is_file()
    }
    assert (dead, len(found) > 60) == (set(), True)


def test_the_contact_page_and_its_topics_are_in_the_mirror_and_lead_to_the_form_of_the_site(whole):
    folder, _originals = whole
    for name in ("contact/index.html", "contact/lost-passport/index.html"):
        page = (folder / name).read_text()
        assert "<form" not in page.split("<main")[1] and "csrf" not in page and "worker.js" not in page
        assert 'href="http://testserver/contact/write/?topic=lost-passport"' in page
        assert "+44 (0) 7700 900 123" in page
    assert 'href="lost-passport/"' in (folder / "contact/index.html").read_text()
    assert not (folder / "contact" / "write").exists()


def test_no_two_addresses_have_one_file():
    queries = ["", "before=1.2", "before=1.3", "after=1.2", "before=%2F..%2F", "before=~2F..~2F", "x=1&y=2"]
    addresses = [SiteUrl(path, query) for path in ("/messages/", "/messages/a/", "/~before=1.2/") for query in queries]
    names = [address.file for address in addresses]
    assert len(set(names)) == len(names)
    assert not any(".." in name.split("/") for name in names)


def test_dynamic_pages_and_the_desk_link_to_the_site_itself():
    base = SiteUrl("/messages/")
    for path in (
        "/search/?q=x",
        "/messages/?order=oldest",
        "/admin/",
        "/contact/enquiry/abc/",
        "/sitemap.xml",
        "/preview/abc/",
        "/nothing.php",
    ):
        assert paths.rewrite_links(f'<a href="{path}">', base)[0] == f'<a href="http://testserver{path}">'
    for link in ("https://example.org/a", "//example.org/a", "mailto:a@example.org", "#part", "", "http://[", "tel:+1"):
        assert paths.rewrite_links(f'<a href="{link}">', base)[0] == f'<a href="{link}">'


def test_every_public_view_is_held_or_left_out_by_name():
    names = {pattern.name for pattern in everything(get_resolver())}
    assert {name.rpartition(":")[2] for name in paths.EXCLUDED_NAMES} <= names
    assert paths.FEED_NAMES <= names


def everything(resolver):
    for pattern in resolver.url_patterns:
        yield from everything(pattern) if hasattr(pattern, "url_patterns") else [pattern]


@pytest.mark.parametrize("value", ["a > b", "it's", "a 'quoted' thing", "<"])
def test_a_link_behind_an_odd_attribute_is_found(value):
    page = f'<img alt="{value}" src="/static/site.css"> <a title=\'"\' href="/messages/">'
    assert paths.rewrite_links(page, SiteUrl("/"))[0] == (
        f'<img alt="{value}" src="static/site.css"> <a title=\'"\' href="messages/">'
    )


# Unpublished content


def test_only_public_content_is_written(folder, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    shown = a_pictured_message(headline="Shown")
    an_image()  # of the library, in no text
    for state in ({"publish_at": None}, {"publish_at": NOON + HOUR}, {"approved_at": None}):
        a_pictured_message(headline="canary", lead="canary", **state)
    made(folder)
    contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    assert not any(b"canary" in content for content in contents)
    pictures = [file for file in (folder / "media").rglob("*") if file.is_file()]
    assert pictures and shown.image.name.rpartition("/")[2].partition(".")[0] in str(pictures)
    assert all(shown.image.name.rpartition(".")[0] in str(file) for file in pictures)


def test_a_withdrawn_message_leaves_its_notice_and_nothing_of_its_text(folder):
    message = a_message(headline="Wrong", body="<p>Sentinel.</p>")
    made(folder)
    message.withdraw("The date was wrong.", at=NOON)
    made(folder)
    copy = (folder / SiteUrl(message.get_absolute_url()).file).read_text()
    assert "The date was wrong." in copy and "Sentinel" not in copy


def test_the_earlier_texts_of_a_message_leave_with_it(folder):
    message = a_message(body="<p>Sentinel.</p>")
    message.body = "<p>Corrected.</p>"
    message.publish_correction("It was wrong.", at=NOON)
    made(folder)
    copy = folder / SiteUrl(f"{message.get_absolute_url()}earlier/1/").file
    page = copy.read_text()
    assert ("Sentinel." in page, '<meta name="robots" content="noindex">' in page) == (True, True)
    message.withdraw("It was not ours.", at=NOON)
    made(folder)
    assert not copy.exists()
    assert not any("Sentinel" in file.read_text() for file in folder.rglob("*.html"))


def test_a_deleted_page_is_removed_with_its_folder(folder):
    counter = a_counter(slug="fire")
    made(folder)
    counter.delete()
    assert made(folder).removed == 4  # the page, the data, the badge, the script that no other page has
    assert not (folder / "counters" / "fire").exists()


# Former addresses


def test_a_former_url_redirects(folder):
    message = a_message()
    Redirect.add("/old/7/", message=message)
    made(folder)
    page = (folder / "old/7/index.html").read_text()
    (to,) = set(re.findall(r'(?:url=|href=")([^"]*)"', page))
    assert target("old/7/index.html", to) == SiteUrl(message.get_absolute_url()).file


def test_a_former_url_of_unpublished_content_is_missing(folder):
    Redirect.add("/old/7/", message=a_message(publish_at=NOON + HOUR))
    made(folder)
    assert not (folder / "old").exists()


# Incremental and continued runs


def test_a_site_that_has_not_changed_is_not_asked(folder):
    a_message()
    assert made(folder).written > 5
    outcome = made(folder)
    assert (outcome.fetched, outcome.written, outcome.is_complete) == (0, 0, True)


def test_only_changed_files_are_written(folder, clock):
    messages = [a_message(publish_at=NOON - number * DAY) for number in range(3)]
    made(folder)
    before = {file: file.stat().st_ino for file in folder.rglob("*.html")}
    messages[2].headline = "Another"
    messages[2].save()
    made(folder)
    changed = {str(file.relative_to(folder)) for file, inode in before.items() if file.stat().st_ino != inode}
    assert SiteUrl(messages[2].get_absolute_url()).file in changed
    assert SiteUrl(messages[0].get_absolute_url()).file not in changed


def test_a_message_page_stays_the_same_the_next_day(folder, clock):
    message = a_message()
    made(folder)
    before = (folder / SiteUrl(message.get_absolute_url()).file).read_bytes()
    clock.move_to(NOON + DAY)
    assert made(folder).fetched > 5
    assert (folder / SiteUrl(message.get_absolute_url()).file).read_bytes() == before


def test_a_stopped_run_continues(folder, monkeypatch):
    for number in range(6):
        a_message(publish_at=NOON - number * DAY)
    monkeypatch.setattr(build, "BATCH_SIZE", 5)
    run = build_mirror(folder)
    first = next(run).fetched
    run.close()
    outcome = made(folder)
    in_one_run = made(folder.with_name("another")).fetched
    assert (0 < first < 10 < in_one_run, first + outcome.fetched) == (True, in_one_run)


def test_a_deleted_file_is_written_again_with_the_next_change(folder):
    a_message()
    made(folder)
    (folder / "index.html").unlink()
    a_message()
    made(folder)
    assert (folder / "index.html").exists()


def test_a_change_during_the_run_is_in_the_mirror(folder, monkeypatch):
    a_message()
    monkeypatch.setattr(build, "BATCH_SIZE", 1)
    run = build_mirror(folder)
    next(run)  # the home page
    late = a_message(headline="Late news")
    *_, outcome = run
    assert outcome.is_complete
    assert "Late news" in (folder / "index.html").read_text()
    assert (folder / SiteUrl(late.get_absolute_url()).file).exists()


def test_a_constantly_changing_site_is_reported(folder, monkeypatch):
    a_message()
    labels = iter(range(100))
    monkeypatch.setattr(build, "edition_label", lambda: f"edition {next(labels)}")
    with pytest.raises(CommandError, match="Run it again"):
        call_command("mirror", str(folder), verbosity=0)


# The command


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(CommandError, match="contains other files"):
        call_command("mirror", str(tmp_path))
    assert (tmp_path / "index.html").read_text() == "mine"


def test_the_command_reports_its_result(tmp_path, capsys):
    a_message(category=a_category("speeches"))
    call_command("mirror", str(tmp_path / "new"))
    assert re.fullmatch(r"\d+ URLs fetched, \d+ files written, 0 removed\.\n", capsys.readouterr().out)


def test_an_office_in_the_mirror_shows_no_outdated_state(folder):
    an_office(hours="09:30-13:00")
    made(folder)
    assert re.search(r'data-schedule="[^"]+" data-open="\d"><span></span>', (folder / "contact/index.html").read_text())


def test_asking_leaves_nothing_behind():
    message = a_message()
    answer = client.fetch(SiteUrl(message.get_absolute_url()))
    assert (answer.status, answer.is_page) == (200, True)
    assert client.fetch(SiteUrl("/messages/2020/11/24/nothing/")) is None
    assert client.fetch(SiteUrl("/static/nothing.css")) is None
    assert client.fetch(SiteUrl("/media/nothing.png")) is None
