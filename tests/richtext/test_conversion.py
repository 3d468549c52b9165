"""The report of omissions from a text: shown in the form and after the save, and complete."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news.message_checks import is_of_ministry
from news.models import Message
from richtext.complexity import MAX_CHARACTERS, TooComplex, check_complexity
from richtext.conversion import tree
from richtext.convert import Loss, convert_html, describe
from richtext.fields import RichTextFormField, preview_html
from richtext.sanitize import sanitize
from richtext.text_checks import is_from_word, links_of, sanitiser_hints
from richtext.widgets import EditorWidget
from tests.factories import NOON, a_category, a_message
from tests.helpers.checks import sentences_on, typed_text
from tests.helpers.enquiry_officers import an_officer

# Sentences


def test_each_kind_of_loss_has_a_sentence_with_and_without_a_detail():
    kinds = ["embed", "media", "foreign_picture", "local_picture", "drawing", "formula", "deleted_text", "comment"]
    kinds += ["hidden_text", "field_code", "footnote", "anchor", "link", "list_marker", "form", "script"]
    for kind in kinds:
        detailed, bare = describe([Loss(kind, "<b>50 % sure</b>")]), describe([Loss(kind)])
        assert "<b>50 % sure</b>" in detailed[0]
        assert bare[0].endswith(".") and "%" not in bare[0]


def test_a_kind_that_is_not_known_is_named_all_the_same():
    assert describe([Loss("something_new", "x")]) == ["Content was removed: x."]


def test_a_detail_is_one_short_line():
    _html, [loss] = convert_html(f"<p>a</p><del cite='b'>{'word ' * 100}\n</del>")
    assert len(loss.detail) <= 80 and "\n" not in loss.detail


def test_the_same_loss_is_named_once():
    _html, losses = convert_html('<p><img src="https://example.org/a.png"><img src="https://example.org/b.png"></p>')
    assert losses == [Loss("foreign_picture", "example.org")]


# Preparing


@pytest.mark.parametrize(
    "html",
    ["<p>a</p>", "<h2>A</h2>\n<ul>\n<li>b</li>\n</ul>", '<p><a href="/messages/">c</a></p>', "", "<p>1 &lt; 2</p>"],
)
def test_an_ordinary_text_is_left_as_it_is(html):
    assert convert_html(html) == (html, [])


def test_lines_typed_without_an_editor_become_paragraphs_and_breaks():
    assert sanitize(convert_html("One\ntwo\n\n \nthree <b>four</b>")[0]) == (
        "<p>One<br>two</p>\n<p>three <strong>four</strong></p>"
    )


def test_relative_addresses_are_completed_where_the_page_is_known():
    html, losses = convert_html('<p><a href="b.html">b</a></p>', base_url="https://example.org/a/")
    assert (sanitize(html), losses) == ('<p><a href="https://example.org/a/b.html">b</a></p>', [])


def test_images_stay_for_a_caller_that_takes_them_in():
    html, losses = convert_html(
        '<figure><img src="https://example.org/a.jpg"><figcaption>A</figcaption></figure>', keep_pictures=True
    )
    assert ("<img" in html, "figcaption" in html, losses) == (True, True, [])


def test_a_hidden_class_of_the_document_hides_its_words():
    html, losses = convert_html("<style>.x1 , p.y{color:red; display : none}</style><p>a<span class=x1>b</span></p>")
    assert (sanitize(html), losses) == ("<p>a</p>", [Loss("hidden_text", "b")])


# The field and the editor


def test_a_text_too_complex_is_refused_and_comes_back_as_source():
    with pytest.raises(ValidationError, match="nested too deeply"):
        RichTextFormField().clean("<ul><li>" * 9_000)
    html = EditorWidget().render("body", "<ul><li>" * 9_000, {"id": "id_body"})
    assert ("ckeditortype" in html, "&lt;ul&gt;&lt;li&gt;" in html) == (False, True)


def test_a_text_too_long_comes_back_whole_and_as_source():
    html = EditorWidget().render("body", "<b>a</b>" + "a" * MAX_CHARACTERS, {"id": "id_body"})
    assert ("ckeditortype" in html, "&lt;b&gt;a&lt;/b&gt;" in html, "a" * MAX_CHARACTERS in html) == (False, True, True)


@pytest.mark.parametrize("typed", ["<ul><li>a" * 9_000, "<p>a</p>" * 15_000, "<b title='</b>'>a" * 9_000])
def test_a_text_that_cannot_be_read_is_previewed_in_part(typed):
    assert "a" in preview_html(typed)


@pytest.mark.parametrize(
    "piece",
    ["<b><!-- </b> -->", '<b title="</b>">', '<b title="></b>">', "<b><select></b></select>", "<svg><style><b>"],
)
def test_an_end_tag_that_a_parser_does_not_see_closes_nothing(piece):
    with pytest.raises(TooComplex):
        check_complexity(piece * 4_900)


def test_quotations_get_the_marks_of_the_language_of_the_form():
    field = RichTextFormField()
    field.language = "fr"
    assert field.clean("<p><q>oui</q></p>") == "<p>«&nbsp;oui&nbsp;»</p>"


# Advice


@pytest.mark.parametrize(
    "text", ["foreign minister " * 3_000, "foreign minister " + "x" * 50_000, "Foreign Minister " * 10]
)
def test_a_meeting_with_a_minister_is_no_text_of_the_ministry_at_any_length(text):
    assert not is_of_ministry(text)


@pytest.mark.parametrize("text", ["<!--[if " * 20_000, "<" * 50_000, '<p style="' * 10_000, "<p>mso- Mso o:p</p>"])
def test_text_similar_to_word_is_not_treated_as_word(text):
    assert not is_from_word(text)


def test_of_a_text_that_is_too_long_the_beginning_is_read():
    assert sanitiser_hints("<p>a</p>" * 100_000 + "<p class=MsoNormal>") == []


def test_links_are_found_in_their_order_with_their_words():
    html = '<p><a href="/a">one <em>two</em></a> <a href="/b"><img src="/media/x.png" alt="x"></a></p>'
    assert [(each.attributes["href"], each.text) for each in links_of(typed_text(html))] == [
        ("/a", "one two"),
        ("/b", ""),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["#gone", "rules.html", "/no-such-page/", "/messages/2020/01/01/none/", "/messages/none/"]
)
def test_a_link_to_a_missing_page_gets_a_hint(address):
    message = Message(headline="A", lead="B", category=a_category(), body=f'<p><a href="{address}">The rules</a></p>')
    (sentence,) = sentences_on(message, NOON)
    assert "“The rules”" in sentence and f"“{address}”" in sentence


@pytest.mark.django_db
def test_a_link_that_leads_to_a_page_or_a_passage_here_is_fine(settings):
    shown = a_message()
    whole = sanitize(convert_html('<p id="x">One two three</p><p><a href="#x">The first</a></p>')[0])
    links = [
        "/",
        "/messages/",
        "/contact/",
        shown.get_absolute_url(),
        shown.category.get_absolute_url(),
        settings.SITE_URL,
    ]
    body = whole + "".join(f'<p><a href="{link}">The page</a></p>' for link in links)
    assert sentences_on(Message(headline="A", lead="B", category=shown.category, body=body), NOON) == []


# At the desk


TYPED = '<p>The <del cite="A">old</del><ins cite="A">new</ins> text</p><iframe src="https://example.org/map"></iframe>'


@pytest.mark.django_db
def test_omissions_are_reported_after_the_save(admin_client):
    given = {"title": "Visas", "path": "visas", "body": TYPED, "description": "", "place": "menu", "order": 1}
    answer = admin_client.post(reverse("admin:pages_page_add"), given, follow=True)
    said = [str(one) for one in answer.context["messages"]]
    assert any("Text marked as deleted was removed: “old”" in one for one in said)
    assert any("from example.org was re" in one for one in said)


@pytest.mark.django_db
def test_omissions_are_reported_with_a_refused_save(admin_client):
    page = admin_client.post("/admin/news/message/add/", {"headline": "A", "body": TYPED}).content.decode()
    assert "Text marked as deleted was removed: “old”" in page
    assert "&lt;p&gt;The new text&lt;/p&gt;" in page  # the editor shows what will be kept


@pytest.mark.django_db
def test_people_who_may_only_look_see_a_text_as_the_public_reads_it(client):
    message = a_message(body="<p>One <strong>two</strong></p>\n<p>three</p>")
    user = an_officer()
    user.user_permissions.set(Permission.objects.filter(codename="view_message"))
    client.force_login(user)
    page = client.get(f"/admin/news/message/{message.pk}/change/").content.decode()
    assert "<p>One <strong>two</strong></p> <p>three</p>" in page
    assert "&lt;p&gt;" not in page


@pytest.mark.django_db
def test_a_paste_returns_the_text_and_its_losses(admin_client):
    answer = admin_client.post("/admin/prepare/", {"html": TYPED, "language": "en"}).json()
    assert answer["html"].startswith("<p>The new text</p>")
    assert len(answer["notices"]) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("html", ["<ul><li>" * 30_000, "a" * 2_000_001])
def test_a_paste_that_cannot_be_read_is_answered_with_a_sentence(admin_client, html):
    answer = admin_client.post("/admin/prepare/", {"html": html}).json()
    assert ("html" in answer, len(answer["notices"])) == (False, 1)


@pytest.mark.django_db
def test_a_paste_is_prepared_for_staff_alone(client):
    assert client.post("/admin/prepare/", {"html": "<p>a</p>"}).status_code == 403
    assert client.get("/admin/prepare/").status_code == 405


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>Page { PAGE } of { NUMPAGES }.</p>", "<p>Page  of .</p>"),
        ("<p>a { IF { PAGE } } b</p>", "<p>a { IF  } b</p>"),
        ("<p>a { QUOTE { DATE } } b</p>", "<p>a  b</p>"),
        ("<p>a</p><svg><text>{ PAGE }</text></svg>", "<p>a</p>"),
        ('<p>a</p><img src="x.png" alt="{ PAGE }">', "<p>a</p>"),
    ],
)
def test_field_codes_are_removed_wherever_their_text_came_from(html, kept):
    prepared, losses = convert_html(html)
    assert sanitize(prepared) == sanitize(kept)
    assert "field_code" in {loss.kind for loss in losses}


# For any input

TAGS = st.sampled_from(
    "p div b del ins a q ol ul li table tr td img iframe video object script style svg math details pre ruby rt figure "
    "figcaption span input button textarea select noscript template blockquote".split()
)
GIVEN = st.sampled_from([
    "", ' href="#x"', ' href="www.example.org"', ' id="x"', ' src="https://example.org/a"', ' style="display:none"',
    ' style="mso-list:l0 level1"', ' style="mso-list:Ignore"', " class=MsoDel", ' cite="a"', " hidden", ' lang="ru"',
    ' style="mso-element:field-begin"', ' style="mso-element:field-end"', ' style="list-style-type:lower-greek"',
])  # fmt: skip
PIECE = st.builds("<{}{}{}>".format, st.sampled_from(["", "", "/"]), TAGS, GIVEN) | st.sampled_from(
    ["words ", "\n\n", "<!--", "-->", "{ PAGE }", "&lt;", "<br>", '"', "<"]
)


@given(st.lists(PIECE, max_size=30).map("".join))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_conversion_is_idempotent(html):
    once = sanitize(convert_html(html)[0])
    again, losses = convert_html(once)
    assert (sanitize(again), losses) == (once, [])


@pytest.mark.parametrize("end", ["<!--<script>-></script>--></script>", "'<!-- <sCrIpt/'</script>BAR</script>"])
def test_what_looks_like_the_end_of_a_script_is_no_end_of_the_text(end):
    assert sanitize(convert_html(f"<p>a<script>{end}</p>b")[0]).startswith("<p>a")


@pytest.mark.parametrize("tag", sorted(tree.VOID))
def test_an_element_without_an_end_tag_does_not_remove_later_text(tag):
    prepared, _losses = convert_html(f"<p>before</p><{tag}><p>after</p>")
    assert "before" in prepared
    assert "after" in prepared
