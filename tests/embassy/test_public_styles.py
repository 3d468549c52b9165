"""The styles of the public pages: six sizes of type, six distances, no physical sides, little weight."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from news.models import Message
from tests.helpers.page_weight import compressed_size, static_sizes

PARTS = ("site", "message", "citing", "earlier", "pages", "archive", "archive-lists", "search", "contact", "forms")
SHEETS = [f"{part}.css" for part in PARTS]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATION = re.compile(r"([a-z-]+) *: *([^;{}]+?) *(?=[;}])")
SIZE = re.compile(
    r"(?:inherit|(?:600 |700 )?(?:var\(--size-[1-6]\)|11pt|112\.5%|inherit)(?:/[\d.]+)?(?: var\(--(?:ui|text)\))?)"
)
DISTANCE = re.compile(r"margin.*|padding.*|gap|column-gap|row-gap")
# A distance of the scale, none, one measured in the text's own size or on paper, or one computed from these.
STEP = re.compile(r"-?(?:0|auto|[\d.]+(?:em|mm)|1em|2rem|-1\.6rem|9rem|var\(--(?:space-[1-6]|gutter)\)|calc\(.*\))")
PHYSICAL = re.compile(r"(?:margin|padding|border)-(?:left|right|top|bottom).*|left|right|top|bottom|width|height")


def declarations(name):
    """Yield (property, value) of a style sheet, without custom properties."""
    text = COMMENT.sub("", (Path(settings.BASE_DIR) / "static" / name).read_text())
    for found, value in DECLARATION.findall(text):
        yield found, value.strip()


@pytest.mark.parametrize("name", SHEETS)
def test_type_has_six_sizes(name):
    sizes = [value for key, value in declarations(name) if key in ("font", "font-size")]
    assert [value for value in sizes if not SIZE.fullmatch(value)] == []


@pytest.mark.parametrize("name", SHEETS)
def test_distances_are_of_one_scale(name):
    values = [(key, value) for key, value in declarations(name) if DISTANCE.fullmatch(key)]
    strange = [
        (key, value)
        for key, value in values
        if not all(STEP.fullmatch(part) for part in re.findall(r"calc\([^)]*\)+|var\([^)]*\)|\S+", value))
    ]
    assert strange == []


@pytest.mark.parametrize("name", SHEETS)
def test_sides_are_logical(name):
    assert [(key, value) for key, value in declarations(name) if PHYSICAL.fullmatch(key)] == []


@pytest.mark.django_db
def test_first_visits_fit_into_one_round_trip(client, clock):
    call_command("load_sample", verbosity=0)
    message = Message.objects.exclude(approved_at=None).order_by("publish_at").first()
    for path in ("/", reverse("consular:contact"), reverse("messages"), reverse("search"), message.get_absolute_url()):
        html = client.get(path).content.decode()
        styles, scripts = static_sizes(html, ".css"), static_sizes(html, ".js")
        assert sum(styles.values()) <= 6 * 1024, (path, styles)
        assert sum(scripts.values()) <= 3 * 1024, (path, scripts)
        if path in ("/", reverse("consular:contact")):
            assert compressed_size(html.encode()) + sum(styles.values()) + sum(scripts.values()) <= 14 * 1024, path
        if path == "/":
            assert len(styles) + len(scripts) + 1 <= 4
