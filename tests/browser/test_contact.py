"""The contact page in a browser: opening hours that are updated automatically, and the enquiry form."""

from datetime import date, datetime

import pytest
import time_machine
from playwright.sync_api import expect

from consular.models import CommonQuestion, Enquiry, Holiday, Office
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import a_page, a_topic, an_office
from tests.helpers.waiting import open_with_server_time

pytestmark = pytest.mark.django_db(transaction=True)

CONTACT, WRITE = "/contact/", "/contact/write/"
MINUTE = 60_000
STATE, EMERGENCY = ".state > span", ".emergency > span"
ALSO = ["color-contrast-enhanced", "target-size"]


@pytest.fixture
def consulate(settings):
    """An office and a topic, without the minimum time for filling in the form."""
    settings.ENQUIRY_MIN_SECONDS = 0
    an_office(hours="09:30-13:00 14:00-17:00", emergency_phone="+44 (0) 7700 900123")
    topic = a_topic(name="Lost passport", sentence="Report it to the police first.", answer_days=2)
    CommonQuestion.objects.create(topic=topic, question="I travel tomorrow?", answer="Ring us.\n\nBring a photograph.")
    a_page(path="privacy", title="Privacy", place="footer")


def fill(page, **changes):
    """Fill in the form, with other texts by their labels."""
    typed = {"Your name": "Анна Smith", "E-mail": "anna@example.org", "Your question": "I have lost my passport."}
    for label, text in (typed | changes).items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("What is it about?").select_option("Lost passport")
    page.get_by_label("I agree").check()


def send(page):
    page.get_by_role("button", name="Send question").click()


# Open or closed


def test_office_closes_and_opens_on_a_page_left_open(held, consulate, server_at):
    server_at("2020-11-24 12:58:40")
    open_with_server_time(held, CONTACT)
    expect(held.locator(".clocks time, .clocks span[data-clock]").last).to_have_text("12:58")
    expect(held.locator(STATE)).to_contain_text("Open now, until 13:00")
    expect(held.locator(EMERGENCY)).to_have_text("In an emergency, outside the opening hours:")
    held.clock.run_for(MINUTE)
    expect(held.locator(STATE)).to_contain_text("Open now, until 13:00")
    held.clock.run_for(MINUTE)
    expect(held.locator(STATE)).to_contain_text("Closed now, opens 14:00")
    expect(held.locator(".state")).to_have_attribute("data-open", "0")
    expect(held.locator(EMERGENCY)).to_have_text("The office is closed now. In an emergency, call:")


@pytest.mark.parametrize(
    "day", ["2020-11-24", "2020-10-26", "2021-03-29"], ids=["plain", "after autumn", "after spring"]
)
def test_the_opening_hours_text_changes_at_midnight(held, consulate, server_at, day):
    eve = datetime.fromisoformat(day).toordinal() - 1
    server_at(f"{date.fromordinal(eve)} 23:59:40")
    open_with_server_time(held, CONTACT)
    weekday = f"{date.fromisoformat(day):%A}"
    expect(held.locator(STATE)).to_contain_text(f"opens {weekday} 09:30", ignore_case=True)
    expect(held.locator("[data-date]")).to_have_attribute("datetime", str(date.fromordinal(eve)))
    held.clock.run_for(MINUTE)
    expect(held.locator(STATE)).to_contain_text("Closed now, opens 09:30")


@pytest.mark.parametrize(
    ("before", "words"),
    [("2021-03-28 00:59:40", "Open now, until 03:00"), ("2020-10-25 00:59:40", "Open now, until 03:00")],
    ids=["spring", "autumn"],
)
def test_office_opens_to_the_minute_on_the_day_of_the_change_of_the_hour(held, server_at, before, words):
    office = an_office(hours="")
    weekday = datetime.fromisoformat(before).weekday()
    opens = "02:00" if "03-28" in before else "01:00"
    office.hours.create(weekday=weekday, opens=opens, closes="03:00")
    server_at(before)
    open_with_server_time(held, CONTACT)
    expect(held.locator(STATE)).to_contain_text(f"Closed now, opens {opens}")
    held.clock.run_for(MINUTE)
    expect(held.locator(STATE)).to_contain_text(words)


def test_a_page_that_wakes_from_sleep_shows_the_current_state(held, consulate, server_at):
    server_at("2020-11-24 12:37:20")
    open_with_server_time(held, CONTACT)
    expect(held.locator(STATE)).to_contain_text("Open now, until 13:00")
    server_at("2020-11-25 15:00:20")
    held.clock.set_system_time(datetime(2031, 5, 7, 9, 31))
    held.evaluate("dispatchEvent(new Event('focus'))")
    expect(held.locator(STATE)).to_contain_text("Open now, until 17:00")


def test_a_page_older_than_its_schedule_asks_for_a_reload(held, consulate, server_at):
    server_at("2020-11-24 12:37:20")
    open_with_server_time(held, CONTACT)
    expect(held.locator(STATE)).to_contain_text("Open now, until 13:00")
    server_at("2020-12-09 12:37:20")
    held.clock.set_system_time(datetime(2031, 5, 21, 7, 9))
    held.evaluate("dispatchEvent(new Event('focus'))")
    expect(held.locator(STATE)).to_have_text("Reload this page to see whether it is open")
    expect(held.locator(EMERGENCY)).to_have_text("In an emergency, outside the opening hours:")


def test_a_new_holiday_is_shown_after_a_reload(page, consulate, server_at):
    server_at("2020-11-24 12:37:20")
    page.goto(CONTACT)
    expect(page.locator(STATE)).to_contain_text("Open now, until 13:00")
    Holiday.objects.create(office=Office.objects.get(), date=date(2020, 11, 24), name="The King’s visit")
    page.reload()
    expect(page.locator(STATE)).to_have_text("Today, Tuesday: closed. Opens Wednesday 09:30")
    expect(page.get_by_text("The King’s visit")).to_be_visible()


def test_without_javascript_the_state_is_that_of_the_response(open_page, consulate, server_at):
    server_at("2020-11-24 13:00:00")
    page = open_page(java_script_enabled=False)
    page.goto(CONTACT)
    expect(page.locator(STATE)).to_contain_text("Closed now, opens 14:00")
    expect(page.locator(EMERGENCY)).to_have_text("The office is closed now. In an emergency, call:")
    page.goto(WRITE)
    expect(page.locator("[data-count]")).to_be_hidden()


def test_ranges_of_hours_stay_whole_when_the_text_changes(held, consulate, server_at):
    server_at("2020-11-24 12:59:40")
    open_with_server_time(held, CONTACT)
    held.clock.run_for(MINUTE)
    expect(held.locator(STATE)).to_have_text("Today, Tuesday: 09:30–13:00, 14:00–17:00. Closed now, opens 14:00")
    expect(held.locator(".state .hours")).to_have_text(["09:30–13:00,", "14:00–17:00"])


# Large and spaced text (WCAG 1.4.4, 1.4.12)

SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"


@pytest.mark.parametrize(
    ("width", "style"), [(320, SPACED), (390, "html { font-size: 225% !important }")], ids=["spaced", "200 %"]
)
def test_larger_and_spaced_text_is_not_wider_than_a_phone(open_page, consulate, width, style):
    page = open_page(viewport={"width": width, "height": 640}, bypass_csp=True)
    for address in (CONTACT, "/contact/lost-passport/", WRITE):
        page.goto(address)
        page.add_style_tag(content=style)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address


# Before the form


def test_the_answer_to_a_common_question_opens_by_keyboard_without_javascript(open_page, consulate):
    page = open_page(java_script_enabled=False)
    page.goto(CONTACT)
    expect(page.get_by_text("Bring a photograph.")).to_be_hidden()
    page.locator(".topics summary").press("Enter")
    expect(page.get_by_text("Bring a photograph.")).to_be_visible()
    expect(page.locator(".topics").get_by_text("We answer within 2 working days.")).to_be_visible()


# The form


def test_the_form_is_sent_by_keyboard_only(page, consulate):
    page.goto(WRITE)
    page.get_by_label("Your name").focus()
    keys = page.keyboard
    keys.type("Anna"), keys.press("Tab"), keys.type("anna@example.org"), keys.press("Tab"), keys.press("Tab")
    keys.type("Lost"), keys.press("Tab"), keys.type("Where do I go?"), keys.press("Tab"), keys.press("Space")
    keys.press("Tab")
    expect(page.get_by_role("link", name="How we use your data")).to_be_focused()
    keys.press("Tab"), keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your question")
    assert Enquiry.objects.get().question == "Where do I go?"


def test_a_field_that_an_error_links_to_is_shown_with_its_label(phone, consulate):
    phone.goto(WRITE)
    send(phone)
    for link in phone.get_by_role("alert").get_by_role("link").all():
        link.click()
        field = phone.locator(":focus")
        label = field.evaluate("field => field.labels[0].getBoundingClientRect().top")
        assert 0 <= label < 740 and field.bounding_box()["y"] >= 0


def test_no_field_is_invalid_to_a_screen_reader_before_the_form_is_sent(page, consulate):
    page.goto(WRITE)
    assert invalid_fields(page) == []
    send(page)
    expect(page.get_by_role("alert")).to_be_focused()
    assert len(invalid_fields(page)) == 5


def invalid_fields(page):
    """Return the names of the fields that Chromium's accessibility tree has as invalid."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    found = []
    for node in tree["nodes"]:
        values = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
        if values.get("invalid") == "true":
            found.append(node["name"]["value"])
    return found


def test_the_characters_left_are_counted_while_typing(page, consulate):
    page.goto(WRITE)
    question, count = page.get_by_label("Your question", exact=True), page.locator("[data-count] span").first
    expect(count).to_have_text("Characters left: 5,000")
    question.fill("😀 é\n")
    expect(count).to_have_text("Characters left: 4,997")
    question.fill("я" * 5001)
    expect(count).to_have_text("Characters too many: 1")


def test_the_count_is_announced_after_a_pause_and_only_near_the_limit(held, consulate):
    open_with_server_time(held, WRITE)
    question, told = held.get_by_label("Your question", exact=True), held.get_by_role("status")
    question.fill("x" * 4600)
    expect(told).to_have_text("")
    held.clock.run_for(1600)
    expect(told).to_have_text("Characters left: 400")
    question.fill("x")
    held.clock.run_for(1600)
    expect(told).to_have_text("")


def test_a_double_click_sends_one_enquiry(page, consulate):
    page.goto(WRITE)
    fill(page)
    page.get_by_role("button", name="Send question").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your question")
    assert Enquiry.objects.count() == 1


def test_a_visitor_can_go_back_and_send_another_enquiry(page, consulate):
    page.goto(WRITE)
    fill(page)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your question")
    page.go_back()
    fill(page, **{"Your question": "And my ticket, too."})
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your question")
    assert Enquiry.objects.not_spam().count() == 2


def test_a_rate_limited_visitor_keeps_the_text_and_sees_the_time_to_wait_for(page, consulate, settings):
    settings.ENQUIRIES_PER_HOUR = 1
    for question in ("First", "Second"):
        page.goto(WRITE)
        fill(page, **{"Your question": question})
        send(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("London time. Keep this page open")
    expect(summary.get_by_role("link")).to_have_count(2)
    expect(page.get_by_label("Your question", exact=True)).to_have_value("Second")


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["wide", "phone"])
def test_contact_page_has_no_violations_open_or_closed_or_refused(open_page, consulate, axe, settings, window):
    settings.ENQUIRIES_PER_HOUR = 1
    page = open_page(**window)
    found = []
    for moment in ("2020-11-24 12:37:20", "2020-11-24 13:37:20"):
        with time_machine.travel(datetime.fromisoformat(moment), tick=True):
            page.goto(CONTACT)
            page.locator(".topics summary").click()
            found += axe(page, also=ALSO)
    for address in ("/contact/lost-passport/", WRITE):
        page.goto(address)
        found += axe(page, also=ALSO)
    for question in ("First", "Second"):
        page.goto(WRITE)
        fill(page, **{"Your question": question})
        send(page)
    expect(page.get_by_role("alert")).to_be_focused()
    assert found + axe(page, also=ALSO) == []
