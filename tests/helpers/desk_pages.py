"""Buttons of the press desk, as a browser presses them."""


def click_save(page):
    page.get_by_role("button", name="Save", exact=True).click()


def lose_working_copies(context):
    """Let the server store nothing of what is typed: then only the browser has it."""
    context.route("**/working-copy/", lambda route: route.fulfill(status=204))
