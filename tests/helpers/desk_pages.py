"""Buttons of the press desk, as a browser presses them."""


def click_save(page):
    page.get_by_role("button", name="Save", exact=True).click()
