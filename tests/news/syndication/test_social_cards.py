"""Social cards: the image shown with a link to a message."""

import io

import pytest
import time_machine
from PIL import Image

from news.models import Message
from news.syndication import social_cards
from tests.factories import HOUR, NOON, a_category, a_message
from tests.helpers.files import a_pictured_message
from tests.helpers.page_metadata import json_ld, meta_elements

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def drawn(response):
    assert response["Content-Type"] == "image/png"
    image = Image.open(io.BytesIO(response.content))
    image.load()
    return image


def test_a_message_without_an_image_has_a_social_card(client):
    message = a_message()
    _found, html = json_ld(client, message.get_absolute_url())
    card = client.get(meta_elements(html)["og:image"].removeprefix("http://testserver"))
    assert (
        drawn(card).size
        == (1200, 630)
        == (int(meta_elements(html)["og:image:width"]), int(meta_elements(html)["og:image:height"]))
    )
    assert len(card.content) < 60_000


def test_a_message_with_an_image_uses_it(client):
    message = a_pictured_message()
    tags = meta_elements(client.get(message.get_absolute_url()).content.decode())
    assert (tags["og:image:width"], tags["og:image:alt"]) == ("600", "The Ambassador at a lectern")
    assert client.get(tags["og:image"].removeprefix("http://testserver")).status_code == 200


def test_cyrillic_letters_are_drawn():
    one, other = (bytes(social_cards.load_font(40).getmask(letter)) for letter in "ЖЯ")
    assert one != other
    assert social_cards.render_card("О ходе переговоров", "E", "x") != social_cards.render_card(
        "О годе переговоров", "E", "x"
    )


@pytest.mark.parametrize(
    "headline", ["", "x" * 300, "слово " * 50, "中文標題", "\u202eabc", "a\0b", "😀", "WWWW " * 60, "a" * 150 + " b"]
)
def test_any_headline_has_a_card(headline):
    image = Image.open(io.BytesIO(social_cards.render_card(headline, "Embassy", "Statements · 24.11.2020")))
    assert image.size == (1200, 630)


def test_every_supported_letter_is_in_the_font():
    missing = bytes(social_cards.load_font(40).getmask("\uffff"))
    letters = [
        chr(code) for first, last in ((0x21, 0x7E), (0xA1, 0x17F), (0x400, 0x45F)) for code in range(first, last + 1)
    ]
    assert [letter for letter in letters if bytes(social_cards.load_font(40).getmask(letter)) == missing] == []


@pytest.mark.parametrize(
    ("headline", "drawn"),
    [
        ("The garden 🌷\ufe0f opens – come!", "The garden opens – come!"),
        ("cafe\u0301 \u0418\u0306од", "café Йод"),
        ("The\u202frule\u00a0of con\u00adsent\u200b", "The rule of consent"),
        ("Talks → peace", "Talks peace"),
        ("بيان السفارة", ""),
        ("中文標題 on trade", ""),
        ("🌷", ""),
    ],
)
def test_unsupported_symbols_are_removed_but_letters_are_not(headline, drawn):
    assert social_cards.supported_text(headline) == drawn


def test_an_unsupported_headline_is_replaced_by_the_name():
    arabic, empty, other = (social_cards.render_card(words, "Embassy", "x") for words in ("بيان السفارة", "", "Words"))
    assert arabic == empty == social_cards.render_card("中文標題", "Embassy", "x") != other
    image = Image.open(io.BytesIO(arabic)).convert("L")
    assert image.crop((80, 140, 1120, 480)).getextrema()[1] > 200  # the headline's place is not left blank


def test_the_url_of_a_card_changes_only_with_its_text(client):
    message = a_message(headline="One")

    def address():
        return meta_elements(client.get(message.get_absolute_url()).content.decode())["og:image"]

    first = address()
    Message.objects.filter(pk=message.pk).update(lead="Another lead.")
    assert address() == first
    Message.objects.filter(pk=message.pk).update(headline="Two")
    assert address() != first
    assert client.get(address().removeprefix("http://testserver")).status_code == 200


def test_a_card_is_rendered_once_for_a_text(client, monkeypatch):
    address = f"{a_message(headline='Drawn once').get_absolute_url()}card.png"
    before = client.get(address).content
    monkeypatch.setattr(social_cards.ImageDraw, "Draw", lambda image: 1 / 0)
    a_message()  # another edition
    assert client.get(address).content == before


@pytest.mark.parametrize("state", ["draft", "ahead", "withdrawn"])
def test_unpublished_content_has_no_card(client, state):
    message = a_message(publish_at=NOON + HOUR if state == "ahead" else NOON - HOUR, category=a_category())
    address = f"{message.get_absolute_url()}card.png"
    if state == "draft":
        Message.objects.filter(pk=message.pk).update(approved_at=None)
    if state == "withdrawn":
        message.withdraw("Wrong.", at=NOON)
    assert client.get(address).status_code == 404


def test_a_card_with_an_invalid_date_is_404(client):
    assert client.get("/messages/2020/02/31/x/card.png").status_code == 404
