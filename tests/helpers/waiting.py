"""Wait for a condition by polling, with a deadline: the only place in the tests that sleeps."""

import time


def wait_until(condition, what="The condition", seconds=20, interval=0.05):
    """Return the first true value of `condition()`; fail when there is none within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what} did not come about within {seconds} seconds."
        time.sleep(interval)
    return value


def open_with_server_time(page, path):
    """Open a page whose clock is wrong, and wait until its script has asked the server for the time."""
    with page.expect_response(lambda response: response.request.method == "HEAD"):
        page.goto(path)
    page.evaluate("null")  # the script goes on before this
