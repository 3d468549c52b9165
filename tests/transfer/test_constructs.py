"""`import_feed`: each construct of feeds, by source, gives the required result (tests/helpers/feeds.py)."""

import io

import pytest
from django.core.management import CommandError, call_command

from news.models import Message
from redirects.models import Redirect
from tests.factories import NOON, a_message
from tests.helpers import feed_items, feeds
from transfer.importer.jsonl import MessageRecord
from transfer.importer.shortcodes import ShortcodeConverter

ROWS = {row.name: row for row in [*feeds.TEXTS, *feeds.XML, *feed_items.ADDRESSES]}


@pytest.fixture
def importing(tmp_path):
    def run(content, **options):
        file = tmp_path / "feed.xml"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        said, noted = io.StringIO(), io.StringIO()
        call_command("import_feed", str(file), stdout=said, stderr=noted, **options)
        return said.getvalue() + noted.getvalue()

    return run


@pytest.fixture
def read(monkeypatch, importing):
    """Return the lines that an import would write, and all that it says, without writing them."""
    from transfer.importer import writer

    def run(content, **options):
        found = []
        monkeypatch.setattr(writer, "import_prepared", lambda made, folder: (found.extend(made), iter(()))[1])
        said = importing(content, **options)
        return [each.line for each in found], said

    return run


def value(line: MessageRecord, name: str):
    """Return the value of a line's key, as the table has it."""
    found = getattr(line, name)
    return (
        found.isoformat()[:16]
        if name == "publish_at" and found
        else tuple(found)
        if isinstance(found, tuple)
        else found
    )


@pytest.mark.parametrize("name", ROWS)
def test_a_construct_of_a_feed_gives_the_required_result(read, name):
    row = ROWS[name]
    lines, said = read(row.file)
    assert {key: value(lines[0], key) for key in row.demanded} == row.demanded
    assert [words for words in row.noted if words not in said] == []


@pytest.mark.parametrize("name", feed_items.WORDPRESS)
def test_a_text_of_wordpress_has_its_lines_and_no_notation_of_its_own(read, name):
    content, demanded = feed_items.WORDPRESS[name]
    lines, said = read(feeds.rss(feeds.post(content)))
    assert lines[0].body == demanded
    assert "shortcode" not in said


@pytest.mark.parametrize("content", feed_items.REMOVED)
def test_a_shortcode_that_means_nothing_here_goes_and_is_counted(read, content):
    lines, said = read(feeds.rss(feeds.post(content)))
    assert lines[0].body == feed_items.REMOVED[content]
    assert "The WordPress shortcode [" in said and "(1): “T”" in said


@pytest.mark.parametrize("given", feed_items.DATES)
def test_a_date_is_read_in_its_zone_and_a_doubtful_one_is_noted(read, given):
    moment, doubtful = feed_items.DATES[given]
    lines, said = read(feeds.rss(feeds.item(date=f"<pubDate>{given}</pubDate>")))
    assert value(lines[0], "publish_at") == moment
    assert ("(1): “T”" in said) == doubtful


@pytest.mark.parametrize("given", feed_items.NO_DATES)
def test_a_date_that_does_not_exist_is_an_error_with_the_title(read, given):
    with pytest.raises(CommandError, match="Item 1: “T”: its date"):
        read(feeds.rss(feeds.item(date=f"<pubDate>{given}</pubDate>")))


def test_a_date_without_a_zone_is_read_in_the_one_that_is_named(read):
    lines, said = read(feeds.rss(feeds.item(date="<pubDate>2020-07-06 12:00:00</pubDate>")), zone="Asia/Tokyo")
    assert value(lines[0], "publish_at") == "2020-07-06T03:00"
    assert "in Asia/Tokyo time" in said


@pytest.mark.parametrize("zone", ["Nowhere/At_all", "CEST", "../etc/localtime"])
def test_a_zone_that_is_unknown_is_refused(read, zone):
    with pytest.raises(CommandError, match="--zone"):
        read(feeds.rss(feeds.item()), zone=zone)


@pytest.mark.parametrize("never", ["0000-00-00 00:00:00", ""])
def test_the_local_date_of_wordpress_is_used_where_the_other_is_zero(read, never):
    dates = (
        f"<pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate><wp:post_date>2019-05-01 09:30:00</wp:post_date>"
        f"<wp:post_date_gmt>{never}</wp:post_date_gmt>"
    )
    lines, said = read(feeds.rss(feeds.post("x", date=dates)))
    assert value(lines[0], "publish_at") == "2019-05-01T08:30"
    assert "A date without a time zone" in said


def test_a_year_that_never_was_makes_a_draft_and_is_noted(read):
    lines, said = read(feeds.rss(feeds.item(date="<pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate>")))
    assert lines[0].publish_at is None
    assert "No date: imported as a draft. (1): “T”" in said


KIND = (
    '<category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#%s"/>'
)


@pytest.mark.parametrize(
    ("inside", "left_out"),
    [
        (KIND % "settings", "settings"),
        (KIND % "template", "template"),
        (KIND % "comment", "comment"),
        (KIND % "page", "page"),
        ('<in-reply-to xmlns="http://purl.org/syndication/thread/1.0" ref="x"/>', "comment"),
        ('<type xmlns="http://schemas.google.com/blogger/2018">COMMENT</type>', "comment"),
    ],
)
def test_other_blogger_entries_are_skipped_and_counted(read, inside, left_out):
    lines, said = read(feeds.atom(inside))
    assert (lines, f"not a message: {left_out}. (1)" in said) == ([], True)


@pytest.mark.parametrize(
    "inside",
    [
        '<app:control xmlns:app="http://purl.org/atom/app#"><app:draft>yes</app:draft></app:control>',
        '<app:control xmlns:app="http://www.w3.org/2007/app"><app:draft> Yes </app:draft></app:control>',
        '<status xmlns="http://schemas.google.com/blogger/2018">DRAFT</status>',
    ],
)
def test_a_draft_is_never_published(read, inside):
    lines, _said = read(feeds.atom(KIND % "post" + inside + '<category term="Label"/>'))
    assert (lines[0].publish_at, lines[0].category) == (None, "label")


# One bad item


GOOD = feeds.item("<guid isPermaLink='false'>{}</guid>", title="<title>Good {}</title>")
BAD = {
    "mark-up that does not fit": "<item><title>Bad</titel></item>",
    "an element without an end": "<item><title>Bad <b>x</title></item>",
    "a section without an end": "<item><title><![CDATA[Bad</title></item>",
    "a comment without an end": "<item><title>Bad</title><!-- x</item>",
    "no such date": feeds.item(date="<pubDate>31 Feb 2020 10:00 GMT</pubDate>"),
    "a headline that is too long": feeds.item(title=f"<title>{'x' * 400}</title>"),
    "bytes of no encoding": feeds.item(title="<title>Bad ~~</title>"),
    "a less-than sign": "<item><title>5 < 7</title></item>",
}


@pytest.mark.parametrize("bad", BAD)
def test_one_bad_item_is_named_and_the_rest_comes_in_on_request(read, bad):
    file = feeds.rss(GOOD.format(1, 1), BAD[bad], GOOD.format(3, 3), GOOD.format(4, 4)).encode().replace(b"~", b"\xe4")
    with pytest.raises(CommandError, match="Item 2: ") as refused:
        read(file)
    assert "--skip-faults" in str(refused.value)
    lines, said = read(file, skip_faults=True)
    assert [line.headline for line in lines] == ["Good 1", "Good 3", "Good 4"]
    assert "1 invalid entry skipped:" in said and "Item 2: " in said


def test_a_file_that_ends_too_early_is_named_and_what_was_whole_comes_in_on_request(read):
    file = feeds.rss(GOOD.format(1, 1), GOOD.format(2, 2)).partition("Good 2")[0]
    with pytest.raises(CommandError, match="the file ends within this item"):
        read(file)
    assert [line.headline for line in read(file, skip_faults=True)[0]] == ["Good 1"]


def test_a_file_without_a_good_item_is_refused_also_then(read):
    with pytest.raises(CommandError, match="Nothing was imported"):
        read("<html/>", skip_faults=True)


@pytest.mark.django_db
def test_what_is_left_out_is_in_the_outcome(importing):
    said = importing(feeds.rss(GOOD.format(1, 1), BAD["no such date"]), skip_faults=True)
    assert "1 added, 1 category created, 1 skipped." in said
    assert Message.objects.get().headline == "Good 1"


# Former addresses


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/press/7.html", "/Press/7.html", "/press/7.html?utm_source=x"])
def test_a_former_address_of_another_message_stays_its_own_and_that_is_noted(importing, path):
    owner = a_message(headline="Owner", publish_at=NOON)
    Redirect.add(path, message=owner)
    said = importing(feeds.rss(feeds.item()))
    assert "The former web address /press/7.html already belongs to another page" in said and "(1): “T”" in said
    assert Redirect.objects.get().message == owner


@pytest.mark.django_db
def test_the_address_of_another_message_is_not_taken_over_and_that_is_noted(importing):
    owner = a_message(headline="Owner", publish_at=NOON)
    link = f"<link>https://old.example.org{owner.get_absolute_url()}</link>"
    said = importing(feeds.rss(f"<item><title>T</title>{feeds.DATE}{link}</item>"))
    assert "already belongs to another page and was not changed. (1): “T”" in said
    assert not Redirect.objects.exists()


@pytest.mark.django_db
def test_the_first_of_two_items_has_an_address_that_both_claim_and_that_is_noted(importing):
    said = importing(feeds.rss(feeds.item(title="<title>One</title>"), feeds.item(title="<title>Two</title>")))
    assert "(1): “Two”" in said
    assert Redirect.objects.get(path="/press/7.html").message.headline == "One"


# Bounds


@pytest.mark.parametrize(
    "piece", ["[", "[a", '[a "', "[a b=", "[caption]", "[embed]", "[/embed]", "[a][/a]", "[vc_row]"]
)
def test_shortcodes_are_read_in_linear_steps(piece, monkeypatch):
    """Each call that searches for a tag begins where the last one ended, so no part of a text is read twice."""
    from transfer.importer import shortcodes

    class Counted:
        def __init__(self, pattern):
            self.pattern, self.calls = pattern, 0

        def search(self, text, place=0):
            self.calls += 1
            return self.pattern.search(text, place)

        def finditer(self, text):
            return self.pattern.finditer(text)

    counted = Counted(shortcodes.TAG)
    monkeypatch.setattr(shortcodes, "TAG", counted)
    text = piece * 2_000
    ShortcodeConverter().to_html(text)
    assert counted.calls <= text.count("[") * 2 + 2
