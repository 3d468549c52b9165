"""Steps on the desk that are done to many messages, as officers do them: chosen in the list, confirmed on a page."""

from urllib.parse import urlencode

LIST = "/admin/news/message/"


def step_url(step, messages):
    """Return the address of the page on which a step is confirmed."""
    ids = ",".join(str(message.pk) for message in messages)
    return f"{LIST}{step}/?{urlencode({'ids': ids})}"


def approve_from_list(client, *messages, follow=False):
    """Choose messages in the list, approve them on the next page, and return the response."""
    chosen = {"action": "approve_selected", "_selected_action": [message.pk for message in messages]}
    page = client.post(LIST, chosen)
    return client.post(page.url, follow=follow)
