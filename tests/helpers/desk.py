"""Steps on the desk that are done to many messages, as officers do them: chosen in the list, confirmed on a page."""

import re
from urllib.parse import urlencode

LIST = "/admin/news/message/"


def step_url(step, messages):
    """Return the address of the page on which a step is confirmed."""
    ids = ",".join(str(message.pk) for message in messages)
    return f"{LIST}{step}/?{urlencode({'ids': ids})}"


def approve_from_list(client, *messages, follow=False):
    """Choose messages in the list, approve them on the next page, and return the response."""
    return approve_chosen(client, *messages, versions=listed_versions(client), follow=follow)


def listed_versions(client) -> dict[str, str]:
    """Return the hidden fields of the list of messages, with the version of each that it shows."""
    return dict(re.findall(r'name="(version-[0-9]+)" value="([0-9]+)"', client.get(LIST).content.decode()))


def approve_chosen(client, *messages, versions, follow=False):
    """Approve messages of a list that was opened earlier, and return the response."""
    chosen = {"action": "approve_selected", "_selected_action": [message.pk for message in messages]} | versions
    page = client.post(LIST, chosen)
    return client.post(page.url, follow=follow)
