"""Language of parts (WCAG 3.1.2), descriptions, and order of the content."""

import re

import html5lib
import pytest
import time_machine

from tests.factories import DAY, HOUR, NOON, a_counter, a_message
from tests.helpers.files import a_pictured_message, an_attachment

pytestmark = pytest.mark.django_db

# The texts of a message, and the interface texts around it.
THEIRS = [
    "Заявление посла",
    "Коротко.",
    "Текст заявления.",
    "Программа визита",
    "Дата была неверна.",
    "Фото: посольство",
]
OURS = [
    *(
        "Statements",
        "Published",
        "Source",
        "Source:",
        "PDF",
        "Correction",
        "Previous",
        "Next",
        "Cite",
        "Watch the video",
    ),
    *("Copy link", "Follow", "Ask for another format", "Use this text", "Attached"),
]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def walk(page):
    """Yield each element of a page with those around it, the nearest last."""

    def within(element, around):
        yield element, around
        for child in element:
            if isinstance(child.tag, str):
                yield from within(child, [*around, element])

    yield from within(html5lib.parse(page, namespaceHTMLElements=False), [])


def words(text):
    return " ".join((text or "").split())


def languages(page):
    """Return the language of each text of a page, as a screen reader finds it."""
    found = {}
    for element, around in walk(page):
        if element.tag in ("script", "style", "head", "title"):
            continue
        marked = next((each.get("lang") for each in [element, *around[::-1]] if each.get("lang")), "")
        for text in [element.text, *(child.tail for child in element), element.get("alt")]:
            if words(text):
                found[words(text)] = marked
    return found


def of_class(page, name):
    """Return the only element of a class, with those around it."""
    (found,) = [pair for pair in walk(page) if name in pair[0].get("class", "").split()]
    return found


def a_russian_message():
    message = a_pictured_message(
        headline="Заявление посла", lead="Коротко.", body="<p>Текст заявления.</p>", language="ru",
        image_credit="Фото: посольство", image_alt="Посол у трибуны", source_name="MFA",
        video_url="https://example.org/video",
    )  # fmt: skip
    an_attachment(message, name="Программа визита")
    message.publish_correction("Дата была неверна.", at=NOON)
    return message


def test_lang_is_set_on_the_texts_of_a_message_only(client):
    a_message(headline="Предыдущее", language="ru", publish_at=NOON - 3 * DAY)
    message = a_russian_message()
    a_message(headline="Следующее", language="ru", publish_at=NOON - HOUR)
    for path in (message.get_absolute_url(), "/"):
        found = languages(client.get(path).content.decode())
        theirs = [*THEIRS, "Посол у трибуны", "Предыдущее", "Следующее"]
        assert {text: found[text] for text in theirs if text in found} == {
            text: "ru" for text in theirs if text in found
        }
        assert {text: found[text] for text in OURS if found.get(text) == "ru"} == {}


def test_every_russian_text_has_lang_ru(client):
    a_message(headline="Предыдущее", language="ru", publish_at=NOON - 3 * DAY)
    message = a_russian_message()
    a_counter(slug="fire", message=message)
    for path in ("/", "/messages/", message.get_absolute_url(), "/counters/fire/", "/search/?q=заявление"):
        page = client.get(path).content.decode().partition("<main")[2]
        for text, marked in languages(f"<main{page}").items():
            if re.search("[а-я]{3}", text) and "search" not in path:
                assert marked == "ru", (path, text)


def meta(page):
    return dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page))


def test_no_description_of_a_page_is_empty(client):
    paths = ["/", "/messages/", a_message(body="", lead="").get_absolute_url(), a_pictured_message().get_absolute_url()]
    decorative = a_pictured_message(image_decorative=True, image_alt="")
    for path in [*paths, decorative.get_absolute_url()]:
        assert {name for name, value in meta(client.get(path).content.decode()).items() if not value} == set(), path


def test_a_page_without_clocks_has_no_cities_without_script(client):
    pages = {path: client.get(path).content.decode() for path in ("/", "/messages/")}
    text = {path: words(" ".join(of_class(page, "clocks")[0].itertext())) for path, page in pages.items()}
    assert text == {"/": "24 November 2020 Moscow 15:37 London 12:37", "/messages/": "24 November 2020"}
    assert 'data-city="Moscow"' in pages["/messages/"]


def test_the_text_comes_before_its_surroundings_for_reader_views(client):
    message = a_message(body="<p>Short.</p>")
    page = client.get(message.get_absolute_url()).content.decode()
    assert "aside" in [each.tag for each in of_class(page, "cite")[1]]  # reader views leave asides and footers out
    main = next(element for element, _around in walk(page) if element.tag == "main")
    article = next(element for element in main if element.tag == "article")
    assert next(filter(None, map(words, article.itertext()))) == message.category.name
    assert [each.tag for each in main] == ["nav", "article", "footer"]


def test_robots_txt_excludes_searches(client):
    text = client.get("/robots.txt").content.decode()
    assert {"Disallow: /search/?", "Disallow: /search/feed"} <= set(text.splitlines())
    assert "Disallow: /search/\n" not in text  # the page itself may be found


def test_the_openapi_document_has_licence_contact_tags_and_no_security(client):
    document = client.get("/api/openapi.json").json()
    assert document["security"] == []
    assert {"license", "contact", "description"} <= document["info"].keys()
    tags = {tag["name"] for tag in document["tags"]}
    operations = [item["get"] for item in document["paths"].values()]
    assert all(set(operation["tags"]) <= tags and operation["description"] for operation in operations)
