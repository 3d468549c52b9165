"""The public site in a browser: pages, menu, contact form, narrow windows, print; no request to other hosts."""

import pytest
from playwright.sync_api import expect

from consular.models import Enquiry
from tests.browser.conftest import PHONE
from tests.factories import DAY, NOON, a_category, a_counter, a_message, a_notice, a_page, a_topic, an_office

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = PHONE | {"viewport": {"width": 320, "height": 640}}
LONG_WORD = "Rechtsschutzversicherungsgesellschaftenangestelltenverhältnis"
LONG_SOURCE = "https://archive.example.org/?" + "document_id=1234567890&" * 12
WIDE_TABLE = (
    "<table><thead><tr>"
    + "".join(f'<th scope="col">Column {n}</th>' for n in range(14))
    + "</tr></thead><tbody><tr>"
    + "<td>1,000,000</td>" * 14
    + "</tr></tbody></table>"
)


def a_message_of_real_lengths(**kwargs):
    """Return a message with texts as long as the longest that offices have published."""
    return a_message(
        headline=("On the remarks of the spokesman about the closed inquiry into the incident " * 3)[:213],
        lead=("The answers that were promised are still awaited. " * 14)[:670],
        body=f"<p>{LONG_WORD}</p><h2>Figures</h2>{WIDE_TABLE}<p>More text.</p>",
        source_name="Ministry",
        source_url=LONG_SOURCE,
        **kwargs,
    )


def asked(page, **changes):
    """Fill in the enquiry form; a field whose value is None is not filled in."""
    answers = {"Your name": "Анна Smith", "E-mail": "anna@example.org", "Your question": "I have lost my passport."}
    for label, value in (answers | changes).items():
        if value is not None:
            page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("What is it about?").select_option("Lost passport")
    page.get_by_label("I agree").check()


def wider_than_the_window(page):
    """Return the elements that extend beyond the window, without those inside a frame that scrolls or hides them."""
    return page.evaluate(
        """(width) => [...document.querySelectorAll("body :not(.frame *, .unseen *)")]
            .filter((element) => element.getBoundingClientRect().right > width)
            .map((element) => `${element.tagName} .${element.className} ${element.textContent.slice(0, 30)}`)""",
        page.viewport_size["width"],
    )


@pytest.fixture
def consulate(settings):
    """A consulate with a topic, without the minimum time for filling in the form."""
    settings.ENQUIRY_MIN_SECONDS = 0
    a_topic(name="Lost passport")
    return an_office(emergency_phone="+44 (0) 7700 900 123")


# The home page


def test_the_home_page_shows_lead_latest_message_and_counter_above_the_fold(open_page):
    an_office()
    a_counter()
    a_message(headline="A speech that leads", body="<p>Long text.</p>" * 30, featured=True)
    a_message(headline="The latest of the others")
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto("/")
    for words in ("A speech that leads", "The latest of the others"):
        expect(page.get_by_role("link", name=words)).to_be_in_viewport(ratio=1)
    expect(page.locator(".counter")).to_be_in_viewport(ratio=1)


def test_phone_number_and_mailbox_in_the_top_bar_are_links_without_the_bracketed_zero(page):
    an_office()
    page.goto("/")
    top_bar = page.locator(".top-bar")
    expect(top_bar.get_by_role("link", name="+44 (0) 203 668 7474")).to_have_attribute("href", "tel:+442036687474")
    expect(top_bar.get_by_role("link", name="consular@example.org")).to_have_attribute(
        "href", "mailto:consular@example.org"
    )


# The archive and a message


def test_archive_leads_to_older_messages_and_back(page):
    for number in range(45):
        a_message(headline=f"Statement {number:02}", publish_at=NOON - number * DAY)
    page.goto("/messages/")
    first = page.locator(".entries li").first
    expect(first).to_contain_text("Statement 00")
    page.get_by_role("link", name="Older messages").click()
    expect(first).not_to_contain_text("Statement 00")
    page.get_by_role("link", name="Newer messages").click()
    expect(first).to_contain_text("Statement 00")
    expect(page.get_by_role("link", name="Newer messages")).to_have_count(0)


def test_reader_goes_from_the_list_to_a_message_and_on_to_its_neighbours(page):
    for number, headline in enumerate(["The newest", "The middle", "The oldest"]):
        a_message(headline=headline, publish_at=NOON - number * DAY)
    page.goto("/messages/")
    page.get_by_role("link", name="The middle").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The middle")
    page.get_by_role("link", name="Next The newest").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The newest")
    page.get_by_role("link", name="Previous The middle").click()
    page.get_by_role("link", name="Previous The oldest").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The oldest")


def test_year_and_category_narrow_the_list(page):
    a_message(headline="A speech of 2019", category=a_category("speeches"), publish_at=NOON - 400 * DAY)
    a_message(headline="A statement of 2020")
    page.goto("/messages/")
    page.get_by_label("Years, months and days").get_by_role("link", name="2019").click()
    expect(page.locator(".entries li")).to_have_count(1)
    expect(page.locator(".entries")).to_contain_text("A speech of 2019")
    page.get_by_label("Main").get_by_role("link", name="Statements").click()
    expect(page.locator(".entries")).to_contain_text("A statement of 2020")
    expect(page.get_by_label("Main").locator("[aria-current=page]")).to_have_text("Statements")


# Navigation


def test_first_tab_offers_to_skip_to_the_content(page):
    page.goto("/messages/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main, .site-footer') !== null")


def test_menu_on_a_phone_opens_and_closes_by_keyboard(phone):
    phone.goto("/")
    menu, link = phone.get_by_text("Menu", exact=True), phone.get_by_role("link", name="Contact", exact=True)
    expect(link).to_be_hidden()
    menu.focus()
    phone.keyboard.press("Enter")
    expect(link).to_be_visible()
    phone.keyboard.press("Space")
    expect(link).to_be_hidden()


def test_menu_on_a_wide_screen_is_open_and_has_no_button(page):
    page.goto("/")
    expect(page.get_by_label("Main").get_by_role("link", name="Contact")).to_be_visible()
    expect(page.get_by_text("Menu", exact=True)).to_be_hidden()


def test_menu_works_without_script(open_page):
    page = open_page(java_script_enabled=False, **PHONE)
    page.goto("/")
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("link", name="Contact", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contact")


# The contact page


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
def test_a_visitor_sends_an_enquiry_and_gets_a_reference(open_page, consulate, scripted):
    page = open_page(java_script_enabled=scripted)
    page.goto("/contact/write/")
    asked(page)
    page.get_by_role("button", name="Send question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your question")
    expect(page.locator(".reference")).to_have_text(Enquiry.objects.get().reference)
    page.get_by_role("link", name="Track your question").click()
    expect(page.locator(".reference")).to_have_text(Enquiry.objects.get().reference)


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
def test_a_form_with_errors_shows_them_first_and_keeps_every_value(open_page, consulate, scripted):
    page = open_page(java_script_enabled=scripted)
    page.goto("/contact/write/")
    asked(
        page, **{"E-mail": "anna", "Phone (optional)": "+44 1234", "Your question": "First line\nSecond <line> & more"}
    )
    page.get_by_role("button", name="Send question").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(1)
    expect(page.get_by_label("Your name", exact=True)).to_have_value("Анна Smith")
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("anna")
    expect(page.get_by_label("Phone (optional)")).to_have_value("+44 1234")
    expect(page.get_by_label("Your question", exact=True)).to_have_value("First line\nSecond <line> & more")
    expect(page.get_by_label("What is it about?").locator(":checked")).to_have_text("Lost passport")
    expect(page.get_by_label("I agree")).to_be_checked()
    assert not Enquiry.objects.exists()


def test_an_error_in_the_summary_links_to_its_field(page, consulate):
    page.goto("/contact/write/")
    asked(page, **{"E-mail": "anna"})
    page.get_by_role("button", name="Send question").click()
    page.get_by_role("alert").get_by_role("link").click()
    field = page.get_by_label("E-mail", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "We will reply to this address. Error: Enter a full e-mail address with an @, for example name@example.org."
    )
    field.fill("anna@example.org")
    page.get_by_role("button", name="Send question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your question")


def test_an_enquiry_sent_without_the_cookie_keeps_every_value(page, consulate):
    page.goto("/contact/write/")
    asked(page)
    page.context.clear_cookies()
    page.get_by_role("button", name="Send question").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing has been sent yet")
    expect(page.get_by_label("Your question", exact=True)).to_have_value("I have lost my passport.")
    page.get_by_role("button", name="Send question").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your question")


# Privacy


def test_no_page_but_the_form_leaves_a_cookie(page, consulate):
    a_counter(slug="fire")
    a_page(path="about")
    message = a_message()
    for address in (
        "/",
        "/messages/",
        "/messages/2020/",
        message.get_absolute_url(),
        "/counters/fire/",
        "/about/",
        "/contact/",
        "/contact/lost-passport/",
        "/no/",
    ):
        page.goto(address)
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.goto("/contact/write/")
    assert [cookie["name"] for cookie in page.context.cookies()] == ["csrftoken"]


# Widths


def test_nothing_is_wider_than_a_window_of_320_pixels(open_page):
    an_office(name=LONG_WORD, address=f"{LONG_WORD}\nLondon", email=f"{'consular' * 7}@example.org")
    topic = a_topic(name=LONG_WORD, sentence=LONG_SOURCE[:300])
    a_counter(slug="fire", incident=LONG_WORD)
    a_notice(sentence=f"{LONG_WORD} is closed.", link_url="/contact/", link_text=LONG_WORD)
    a_category(slug="long", name=LONG_WORD)
    a_page(path="about", title=LONG_WORD, body=WIDE_TABLE, place="menu")
    message, withdrawn = a_message_of_real_lengths(), a_message_of_real_lengths()
    withdrawn.withdraw(f"{LONG_WORD} {LONG_SOURCE}")
    page = open_page(**NARROW)
    for address in (
        *("/", "/messages/", "/search/?q=the", "/counters/", "/counters/fire/", "/about/"),
        *("/contact/", "/contact/write/", topic.get_absolute_url()),
        *(message.get_absolute_url(), withdrawn.get_absolute_url()),
    ):
        page.goto(address)
        found = page.evaluate("document.documentElement.scrollWidth"), wider_than_the_window(page)
        assert found == (320, []), address


def test_wide_table_is_scrolled_by_keyboard_inside_its_own_frame(phone):
    phone.goto(a_message_of_real_lengths().get_absolute_url())
    table = phone.get_by_role("group", name="Table")
    table.focus()
    phone.keyboard.press("ArrowRight")
    phone.keyboard.press("ArrowRight")
    expect(table.locator("th").first).not_to_be_in_viewport(ratio=1)


def test_links_on_a_phone_are_large_enough_to_touch(phone, consulate):
    a_message()
    phone.goto("/")
    phone.get_by_text("Menu", exact=True).click()
    heights = phone.locator(":is(.menu a, .menu summary, .top-bar a, .site-footer a, .more):visible").evaluate_all(
        "links => links.map(link => [link.textContent, link.getBoundingClientRect().height])"
    )
    assert [text for text, height in heights if height < 40] == []


# Print


def test_message_prints_as_a_press_release(page):
    an_office()
    message = a_message_of_real_lengths()
    page.goto(message.get_absolute_url())
    expect(page.locator("footer.printed")).to_be_hidden()
    page.emulate_media(media="print")
    for selector in (".top-bar", ".menu", ".site-footer"):
        expect(page.locator(selector)).to_be_hidden()
    expect(page.locator("footer.printed")).to_contain_text(message.get_absolute_url())
    expect(page.locator(".name")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".source")).to_contain_text(LONG_SOURCE)
