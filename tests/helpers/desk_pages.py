"""Forms of the press desk, as a browser uses them."""

OVERRIDE = "Reason for approving without a second person"


def click_save(page):
    """Press the button that saves and stays on the form."""
    page.locator(".edit-bar [data-save]").click()


def open_cards(page):
    """Open all cards beside the text."""
    page.evaluate("for (const card of document.querySelectorAll('.edit-card')) card.open = true")


def open_steps(page):
    """Open the menu of the action bar."""
    page.locator(".edit-bar .menu > summary").click()


def approve_own(page, reason):
    """Approve the user's own text, which needs a reason."""
    open_steps(page)
    page.locator(".override [name=_approve]").click()
    page.get_by_label(OVERRIDE).fill(reason)
    page.locator("#choices [data-confirm]").click()


def moment_field(page, name="publish_at"):
    """Return the date and time field of this name."""
    return page.locator(f".field-{name} .moment")


def moment_shortcut(page):
    """Return the button that enters tomorrow, 09:00 in Moscow, as the publication time."""
    return moment_field(page).get_by_role("button", name="Tomorrow 09:00 Moscow")


def lose_working_copies(context):
    """Let the server store nothing of what is typed: then only the browser has it."""
    context.route("**/working-copy/", lambda route: route.fulfill(status=204))


def open_user_menu(page):
    """Open the menu of the user in the head of a page."""
    page.locator("[popovertarget=user-tools]").click()


def sign_out(page):
    """Sign out by the menu of the user."""
    open_user_menu(page)
    page.get_by_role("button", name="Sign out").click()
