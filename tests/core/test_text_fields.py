"""Text fields: each has a maximum length, and invisible characters are taken out of it."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.text_fields import SLACK, LineFormField, PlainTextField, clean_line, clean_text, clean_url
from news.models import Message, WorkflowLogEntry
from richtext.fields import RichTextField, RichTextFormField
from richtext.findings import Report
from tests.factories import NOON, a_category, a_message, a_notice, an_office
from tests.helpers.form_fields import fields_of
from tests.helpers.text_fields import desk_text_fields, form_text_fields, model_text_fields

pytestmark = pytest.mark.slow

ADD = "/admin/news/message/add/"

# Without a maximum length, each with its reason.
UNBOUNDED_COLUMNS = {
    "search.SearchDocument.words",  # the search's own copy of a message's text
    "search.SearchDocument.marks",
    "consular.Entry.text",  # encrypted: the forms bound what is encrypted
    "consular.Enquiry.token",
    "consular.Enquiry.name",
    "consular.Enquiry.email",
    "consular.Enquiry.phone",
    "consular.Enquiry.question",
    "news.Message.body",  # rich text: its form field has a length of its own
    "news.HistoricalMessage.body",
    "pages.HistoricalPage.body",
    "pages.Page.body",
}
UNBOUNDED_FIELDS = {
    "EnquiryForm.question",  # the form counts after it has normalised, and says by how much it is too long
    "EnquiryForm.website",  # no visitor sees it
    "EnquiryForm.ticket",  # signed by ourselves
    "AdditionForm.text",
    "AdditionForm.ticket",
    "LoginForm.username",  # Django's own: its length is that of the column, set when the form is made
    "LoginForm.password",
    "OwnPasswordForm.old_password",  # these three get theirs when the form is made
    "OwnPasswordForm.new_password1",
    "OwnPasswordForm.new_password2",
}

HIDDEN = [
    "\u202e", "\u202a", "\u202c", "\u2066", "\u2069", "\u200b", "\u2060", "\u2063", "\u206a", "\ufeff", "\u180e",
    "\ufffa", "\U000e0041", "\U000e0001", "\x07", "\x1b", "\x7f", "\x85\x9b", "\ufdd0", "\uffff",
]  # fmt: skip
KEPT = [
    "می\u200cخواهم",  # Persian, with its joiner
    "क्\u200dष",  # Hindi
    "\u200fالسفارة (2)\u200e",  # marks of direction
    "\u061c1 + 2",
    "👩\u200d💻 ❤\ufe0f",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # the flag of Scotland
    "a\u00a0b\u202fc",  # no-break spaces
    "Łódź, Köln, Αθήνα, Москва, 北京, ไทย",
]


def test_every_text_column_has_a_maximum_length():
    unbounded = {f"{field.model._meta.label}.{field.name}" for field in model_text_fields() if field.max_length is None}
    assert unbounded - UNBOUNDED_COLUMNS == set()


def test_every_text_field_of_a_form_has_a_maximum_length():
    found = list(form_text_fields())
    unbounded = {f"{form.__name__}.{name}" for form, name, field in found if field.max_length is None}
    assert len(found) > 20
    assert unbounded - UNBOUNDED_FIELDS == set()


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
@pytest.mark.parametrize("clean", [clean_line, clean_text, clean_url])
def test_invisible_characters_are_taken_out(clean, hidden):
    assert clean(f"{hidden}State{hidden}ment{hidden}") == "Statement" or hidden == "\x85\x9b"
    assert clean(hidden) == ""


@pytest.mark.parametrize("text", KEPT)
@pytest.mark.parametrize("clean", [clean_line, clean_text])
def test_characters_that_scripts_need_are_kept(clean, text):
    assert clean(f"x{text}x") == f"x{text}x"


@pytest.mark.parametrize("text", ["\u200d", "\u200f \u200e", "\u00ad", "\u3164", "\u115f\u1160", "\u2800", "\u00a0 "])
def test_a_text_in_which_nothing_can_be_seen_is_empty(text):
    assert clean_line(text) == "" == clean_text(text)


@given(st.text())
def test_cleaning_is_idempotent(text):
    for clean in (clean_line, clean_text, clean_url):
        assert clean(clean(text)) == clean(text)
    assert "\n" not in clean_line(text)


def test_a_line_is_one_line_and_a_text_keeps_its_lines():
    assert clean_line("One\r\ntwo\u2028three\tfour\x0bfive") == "One two three four five"
    assert clean_text("One\r\n\r\ntwo\u2029three\x0bfour") == "One\n\ntwo\nthree\nfour"


def test_the_address_of_a_page_has_no_character_without_a_form():
    assert clean_url(" https://exam\u200bple.org/\u00adpa\u200dge\u200e ") == "https://example.org/page"


# On the desk


@pytest.fixture
def request_of_superuser(db):
    request = RequestFactory().get("/admin/")
    request.user = get_user_model().objects.create_superuser("chief", "chief@example.org", "x")
    request.at = NOON
    return request


def test_every_text_field_of_the_desk_is_cleaned_and_bounded(request_of_superuser):
    checked = 0
    for desk, name, field in desk_text_fields(request_of_superuser):
        where = f"{desk.opts.label}.{name}"
        if desk.opts.label == "consular.Enquiry":  # it has a page with forms of its own
            continue
        assert field.max_length is not None, where
        if isinstance(field, RichTextFormField):
            continue
        for hidden in ("\u202e", "\u200b", "\x07"):
            try:
                cleaned = field.clean(f"abc{hidden}def")
            except ValidationError:
                cleaned = ""  # refused: an e-mail address, a web address, a path
            assert hidden not in cleaned, where
        checked += 1
    assert checked > 30


def test_a_text_that_is_far_too_long_is_refused_before_it_is_read(monkeypatch):
    read = []
    monkeypatch.setattr(LineFormField, "clean_value", staticmethod(lambda text: read.append(text) or text))
    field = LineFormField(max_length=300)
    with pytest.raises(ValidationError, match="at most 300 characters"):
        field.clean("x" * (300 + SLACK + 1))
    assert read == []


def test_a_text_is_as_long_as_it_is_without_its_invisible_characters():
    assert LineFormField(max_length=3).clean("a\u202eb\u202cc") == "abc"


def test_line_ends_of_another_system_are_no_change():
    field = PlainTextField(max_length=100).formfield()
    assert not field.has_changed("One\r\ntwo", "One\ntwo")
    assert field.has_changed("One\r\ntwo", "One\nthree")


# By other ways than the desk's forms


@pytest.mark.django_db
def test_text_saved_by_shell_and_imports_is_cleaned():
    message = a_message(headline="State\u202ement", lead="One\r\ntwo\u200b", source_url="https://e\u200bxample.org/")
    assert (message.headline, message.lead, message.source_url) == ("Statement", "One\ntwo", "https://example.org/")
    Message.objects.filter(pk=message.pk).update(source_name="For\u2066eign ministry")
    message.refresh_from_db()
    assert message.source_name == "Foreign ministry"
    message.image_credit = "An\u202ena"
    Message.objects.bulk_update([message], ["image_credit"])
    message.refresh_from_db()
    assert message.image_credit == "Anna"
    assert a_category(slug="news", name="Ne\u202ews").name == "News"
    assert a_notice(sentence="Clo\u202esed.").sentence == "Closed."
    assert an_office(name="Con\u200bsular", address="A\r\nB\u202e").address == "A\nB"


@pytest.mark.django_db
def test_a_column_with_a_length_refuses_a_longer_text():
    message = a_message()
    message.lead = "x" * 5_001
    with pytest.raises(ValidationError, match="at most 5000 characters"):
        message.full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["withdraw", "send_back", "restore", "publish_correction", "approve"])
def test_reasons_of_all_steps_are_limited_and_cleaned(act):
    waits = {"publish_at": None, "submitted_at": NOON} if act in ("send_back", "approve") else {}
    message = a_message(**waits)
    if act == "restore":
        message.withdraw("A mistake.")
    do = (lambda reason: message.approve(override=reason)) if act == "approve" else getattr(message, act)
    with pytest.raises(ValidationError, match="at most 2000 characters"):
        do("x" * 2_001)
    do("The nu\u202ember was\u200b wrong.")
    assert WorkflowLogEntry.objects.filter(message=message).latest("id").reason == "The number was wrong."


def test_rich_text_has_its_own_length():
    assert {
        f"{field.model._meta.label}.{field.name}" for field in model_text_fields() if isinstance(field, RichTextField)
    } <= UNBOUNDED_COLUMNS
    assert RichTextFormField().max_length == 200_000


# Maximum lengths on the desk


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("size", [5_001, 60_000, 1_000_000])
def test_nothing_reads_more_of_a_lead_than_it_may_have(admin_client, monkeypatch, size):
    from news.admin import checks

    read = []
    monkeypatch.setattr(
        checks, "run_checks", lambda rules, text: read.append(len(text.lines["lead"])) or Report([], [], [])
    )
    lead = ("foreign minister " * (size // 17 + 1))[:size]
    data = {"headline": "Statement", "lead": lead, "category": a_category().pk, "_save": "Save"}
    rows = {f"attachments-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    page = admin_client.post(ADD, data | rows).content.decode()
    assert "at most 5000 characters" in page
    assert max(read) <= 5_000
    assert not Message.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "state"), [("withdraw", {}), ("send_back", {"publish_at": None, "submitted_at": NOON})]
)
def test_a_reason_that_is_too_long_is_refused_with_a_sentence(admin_client, step, state):
    message = a_message(**state)
    page = admin_client.post(f"/admin/news/message/{step}/?ids={message.pk}", {"reason": "x" * 2_001})
    assert "at most 2000 characters (it has 2001)" in page.content.decode()
    assert not WorkflowLogEntry.objects.exists()


@pytest.mark.django_db
def test_text_typed_on_the_desk_is_saved_without_invisible_characters(admin_client):
    typed = {"headline": "State\u202ement\r\nof the day\u200b", "lead": "One\r\ntwo\u2067", "category": a_category().pk}
    form = fields_of(admin_client.get(ADD).content.decode(), "message_form")
    admin_client.post(ADD, form | typed | {"_save": "Save"})
    message = Message.objects.get()
    assert (message.headline, message.lead) == ("Statement of the day", "One\ntwo")
