"""`import_feed`: items of an RSS, Atom or WordPress file become messages."""

import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from news.models import Category, Message
from tests.factories import NOON, a_message

pytestmark = pytest.mark.django_db

RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/">
<channel><title>Press</title><language>ru-RU</language><image><title>No item</title></image>
{items}</channel></rss>"""
ITEM = """<item><title>On &lt;b&gt;talks&lt;/b&gt; &amp;amp; answers</title><link>https://old.example.org/press/7.html</link>
<guid isPermaLink="false">https://old.example.org/?p=7</guid><pubDate>Tue, 20 Oct 2020 12:00:00 +0100</pubDate>
<category>Press Releases</category><description>A &lt;i&gt;short&lt;/i&gt; word.</description>
<content:encoded><![CDATA[<p>The whole <script>x</script>text.</p>]]></content:encoded></item>"""
POST = """<item><title>{title}</title><link>https://old.example.org/2019/05/{title}/</link>
<pubDate>Wed, 01 May 2019 10:00:00 +0000</pubDate><category domain="post_tag" nicename="tag">Tag</category>
<category domain="category" nicename="news-of-us">News of us</category>
<content:encoded><![CDATA[One line
and another.

[caption id="a" width="3"]<img src="a.jpg" alt="x"> Words[/caption]

Two.]]></content:encoded><excerpt:encoded><![CDATA[]]></excerpt:encoded>
<wp:post_date_gmt>2019-05-01 09:30:00</wp:post_date_gmt><wp:post_name>%d0%bc%d0%b8%d1%80</wp:post_name>
<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type><wp:post_password>{password}</wp:post_password>
<wp:comment><wp:comment_content>No text</wp:comment_content></wp:comment></item>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Press</title>
<entry><title type="html">A &amp;lt;b&amp;gt;</title><id>tag:x</id><link rel="self" href="/no"/><link href="https://old.example.org/a?id=1"/>
<published>2020-10-20T12:00:00+01:00</published><updated>2021-01-01T00:00:00Z</updated>
<category term="Statements" label="What we state"/><summary>In short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One &amp; <em>two</em></p></div></content>
{more}</entry></feed>"""


def a_post(title="Peace", status="publish", kind="post", password=""):
    return POST.format(title=title, status=status, kind=kind, password=password)


@pytest.fixture
def importing(tmp_path):
    def run(content, *, encoding="utf-8", **options):
        file = tmp_path / "feed.xml"
        file.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        said, noted = io.StringIO(), io.StringIO()
        call_command("import_feed", str(file), stdout=said, stderr=noted, **options)
        return said.getvalue() + noted.getvalue()

    return run


def rss(*items, encoding="utf-8"):
    return RSS.format(items="\n".join(items), encoding=encoding)


def test_an_item_of_rss_becomes_a_message(importing, client):
    importing(rss(ITEM))
    message = Message.objects.get()
    assert (message.headline, message.lead, message.body) == (
        "On talks & answers",
        "A short word.",
        "<p>The whole text.</p>",
    )
    assert (message.category.slug, message.category.name) == ("press-releases", "Press Releases")
    assert (message.publish_at, message.language) == (datetime(2020, 10, 20, 11, tzinfo=UTC), "ru")
    assert client.get("/press/7.html")["Location"] == message.get_absolute_url()


@pytest.mark.parametrize(
    ("declared", "language"), [("zh-CN", "zh-hans"), ("AR_eg", "ar"), ("de-AT", "de"), ("tlh", "en"), ("und", "en")]
)
def test_a_feed_in_a_language_of_the_site_keeps_it(importing, declared, language):
    importing(rss(ITEM).replace("ru-RU", declared))
    assert Message.objects.get().language == language


def test_an_entry_of_atom_becomes_a_message(importing, client):
    importing(ATOM.format(more=""))
    message = Message.objects.get()
    assert (message.headline, message.lead, message.body) == ("A <b>", "In short.", "<p>One &amp; <em>two</em></p>")
    assert (message.category.slug, message.category.name) == ("statements", "What we state")
    assert message.publish_at == datetime(2020, 10, 20, 11, tzinfo=UTC)
    assert client.get("/a?id=1").status_code == 301


def test_a_post_of_wordpress_becomes_a_message_with_its_paragraphs(importing):
    said = importing(rss(a_post()))
    message = Message.objects.get()
    assert message.body.startswith("<p>One line<br>and another.</p>\n")
    assert message.body.endswith("\n<p>Two.</p>")
    assert "The caption of a removed image was also removed: “Words”. (1): “Peace”" in said
    assert message.publish_at == datetime(2019, 5, 1, 9, 30, tzinfo=UTC)
    assert (message.slug, message.category.slug, message.lead) == ("mir", "news-of-us", "")


@pytest.mark.parametrize("more", [{"status": "draft"}, {"status": "pending"}, {"status": "private"}, {"password": "x"}])
def test_unpublished_wordpress_posts_become_drafts(importing, more):
    importing(rss(a_post(**more)))
    assert Message.objects.get().state(NOON) == Message.State.DRAFT


def test_a_draft_of_atom_comes_as_a_draft(importing):
    importing(
        ATOM.format(more='<app:control xmlns:app="http://www.w3.org/2007/app"><app:draft>yes</app:draft></app:control>')
    )
    assert Message.objects.get().publish_at is None


def test_pages_attachments_and_deleted_posts_are_skipped_and_counted(importing):
    said = importing(rss(a_post(kind="page"), a_post(kind="attachment"), a_post(status="trash"), a_post()))
    assert Message.objects.count() == 1
    assert all(f"not a message: {name}. (1)" in said for name in ("page", "attachment", "trash"))


def test_running_it_twice_adds_nothing(importing):
    importing(rss(ITEM, a_post()))
    assert "0 added, 2 already imported" in importing(rss(ITEM, a_post()))


def test_an_item_without_a_category_goes_to_the_one_that_is_named(importing):
    bare = "<item><title>T</title><pubDate>Tue, 20 Oct 2020 12:00:00 GMT</pubDate></item>"
    importing(rss(bare), category="statements")
    assert Category.objects.get().slug == "statements"


def test_a_category_that_no_address_can_have_gets_one(importing):
    importing(rss(ITEM.replace("Press Releases", "2020")))
    assert (Category.objects.get().slug, Category.objects.get().name) == ("category-2020", "2020")


def test_an_item_without_a_title_is_called_by_its_first_words(importing):
    importing(
        rss(
            "<item><description>&lt;p&gt;One two.&lt;/p&gt;</description><pubDate>1 Oct 2020 12:00 GMT</pubDate></item>"
        )
    )
    assert Message.objects.get().headline == "One two."


def test_our_own_feed_can_be_read(importing, client):
    a_message(headline="Ours & <theirs>", body="<p>Text.</p>", publish_at=NOON)
    feed = client.get("/messages/feed/").content
    Message.objects.all().delete()
    importing(feed)
    message = Message.objects.get()
    assert (message.headline, message.body, message.publish_at) == ("Ours & <theirs>", "<p>Text.</p>", NOON)


@pytest.mark.parametrize("encoding", ["windows-1251", "utf-16", "koi8-r"])
def test_feeds_in_older_encodings_are_read(importing, encoding):
    importing(rss(ITEM.replace("talks", "мир"), encoding=encoding), encoding=encoding)
    assert Message.objects.get().headline == "On мир & answers"


BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><rss><channel><item><title>&j;</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (BOMB, "declares entities"),
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel/></rss>', "declares entities"),
        ("<html><body/></html>", "not a feed"),
        ("<rss><channel><item>", "not well-formed XML"),
        ("", "not well-formed XML"),
        ("{}", "not well-formed XML"),
        (b"\xff\xfe\xff", "not well-formed XML"),
        ('<?xml version="1.0" encoding="no-such"?><rss/>', "encoding"),
        ("<rss>" + "<a>" * 100_000, "levels deep"),
        (rss(ITEM.replace("Tue, 20 Oct 2020 12:00:00 +0100", "yesterday")), "is not readable"),
        (rss(ITEM.replace("talks", "x" * 400)), "headline"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence_and_adds_nothing(importing, content, fault):
    with pytest.raises(CommandError, match=fault):
        importing(content)
    assert not Message.objects.exists()


def test_an_external_document_type_is_not_fetched(importing):
    content = rss(ITEM).replace("<rss", '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd"><rss', 1)
    importing(content)
    assert Message.objects.get().delivered_on is None
