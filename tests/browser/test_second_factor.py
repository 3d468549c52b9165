"""Two-step verification in a browser: set up, sign in, reset; accessibility of its pages."""

from base64 import b32decode

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from accounts import roles
from accounts.two_factor import totp
from tests.browser.conftest import DESKTOP, PHONE
from tests.helpers.accounts import a_member, shown_code, with_phone
from tests.helpers.desk_pages import open_user_menu, sign_out

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long password"
CHANGES = {
    "set-up": "Set up two-step verification",
    "codes": "New backup codes",
    "remove": "Remove two-step verification",
}
looks = pytest.mark.parametrize("look", [DESKTOP, PHONE | {"color_scheme": "dark"}], ids=["light", "phone in the dark"])


@pytest.fixture
def anna():
    return a_member(roles.WRITERS, username="anna@example.org", first_name="Anna", last_name="Writer")


def give_password(page, name="anna@example.org", password=PASSWORD):
    page.goto("/admin/login/")
    page.get_by_label("E-mail").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def give_code(page, code):
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def set_up(page):
    """Set up a phone on the page that asks for it, and return the backup codes."""
    page.get_by_text("Enter the key by hand").click()
    key = page.locator(".key").text_content().replace(" ", "")
    page.get_by_label("The code that the app shows now").fill(shown_code(key=b32decode(key).hex()))
    if page.get_by_label("Your password").count():
        page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".codes li")).to_have_count(10)
    return page.locator(".codes code").all_text_contents()


def test_set_up_and_sign_in_with_a_backup_code(page, anna, log_in):
    log_in(page, anna)
    page.goto("/admin/")
    open_user_menu(page)
    page.get_by_role("link", name="Two-step verification").click()
    page.get_by_role("link", name="Set up two-step verification").click()
    codes = set_up(page)
    page.get_by_role("link", name="I have saved them").click()
    expect(page.get_by_text("You have 10 backup codes left")).to_be_visible()
    sign_out(page)
    give_password(page)
    give_code(page, codes[0])
    expect(page.locator(".messagelist")).to_contain_text("have 9 left")


def test_the_qr_code_is_large_and_black_on_white_in_dark_mode(dark, anna, log_in):
    page = dark
    log_in(page, anna)
    page.goto("/admin/two-factor/set-up/")
    box = page.locator("svg.qr").bounding_box()
    dark = page.evaluate("getComputedStyle(document.querySelector('svg.qr path')).fill")
    assert (box["width"] >= 200, round(box["width"]) == round(box["height"]), dark) == (
        True,
        True,
        "rgb(255, 255, 255)",
    )


def test_if_required_it_is_set_up_during_the_sign_in(page, anna, settings):
    settings.STAFF_REQUIRE_TOTP = True
    give_password(page)
    set_up(page)
    page.get_by_role("link", name="I have saved them").click()
    expect(page.get_by_role("navigation", name="Press desk")).to_be_visible()


def test_a_manager_resets_two_step_verification(page, anna, log_in):
    with_phone(anna)
    log_in(page, a_member(roles.MANAGERS))
    page.goto(f"/admin/auth/user/{anna.pk}/change/")
    page.locator(".edit-head .menu > summary").click()
    page.get_by_role("link", name="Reset two-step verification").click()
    page.get_by_role("button", name="Reset two-step verification").click()
    expect(page.locator(".messagelist")).to_contain_text("has been reset")
    assert not TOTPDevice.objects.exists()


@pytest.mark.may_complain  # axe itself sets a style
@looks
def test_its_pages_are_accessible(open_page, anna, axe, look, settings):
    page, found = open_page(**look), {}

    def look_at(name, heading):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert fits(page), name
        found[name] = axe(page, also=["target-size"])

    with_phone(anna)
    give_password(page)
    look_at("code", "Enter your code")
    give_code(page, "000000")
    expect(page.locator(".errorlist")).to_be_visible()
    look_at("a wrong code", "Enter your code")
    TOTPDevice.objects.update(throttling_failure_count=0)
    give_code(page, shown_code())
    expect(page.get_by_role("navigation", name="Press desk")).to_be_visible()
    page.goto("/admin/two-factor/")
    look_at("overview", "Two-step verification")
    for name, heading in CHANGES.items():
        page.goto(f"/admin/two-factor/{name}/")
        look_at(name, heading)
    page.goto("/admin/two-factor/set-up/")
    set_up(page)
    look_at("the codes", "Your backup codes")
    page.context.clear_cookies()
    totp.remove_two_factor(anna)
    settings.STAFF_REQUIRE_TOTP = True
    give_password(page)
    page.get_by_text("Enter the key by hand").click()
    look_at("set up on the way in", "Set up two-step verification")
    for _number in range(5):
        give_password(page, password="wrong")
    expect(page.get_by_role("heading", name="Too many wrong passwords")).to_be_visible()
    look_at("has to wait", "Too many wrong passwords")
    assert {name: barriers for name, barriers in found.items() if barriers} == {}
