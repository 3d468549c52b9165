"""Scripts of public pages: each page loads only what it uses, and little of it."""

import pytest
from django.urls import reverse

from tests.factories import a_counter, a_message, a_page
from tests.helpers.page_weight import static_names, static_sizes

pytestmark = pytest.mark.django_db


def scripts(client, path):
    return [name for name in static_names(client.get(path).content.decode()) if name.endswith(".js")]


def test_each_page_loads_the_scripts_it_uses(client, clock):
    message, counter, page = a_message(), a_counter(), a_page()
    assert scripts(client, message.get_absolute_url()) == ["site.js", "message.js", "copy.js"]
    assert scripts(client, counter.get_absolute_url()) == ["site.js", "copy.js"]
    assert scripts(client, reverse("consular:contact")) == ["site.js", "offline.js"]
    assert scripts(client, reverse("consular:write")) == ["site.js", "forms.js"]
    for path in ("/", reverse("messages"), reverse("counters:index"), page.get_absolute_url()):
        assert scripts(client, path) == ["site.js"], path


def test_scripts_of_a_page_are_at_most_3_kb(client, clock):
    paths = [reverse(name) for name in ("home", "consular:contact", "consular:write")]
    for path in (*paths, a_message().get_absolute_url(), a_counter().get_absolute_url()):
        sizes = static_sizes(client.get(path).content.decode(), ".js")
        assert sum(sizes.values()) <= 3 * 1024, sizes
