"""Checks of a text while it is written: what each rule must find, and what it must not."""

import pytest

from richtext.complexity import MAX_CHARACTERS
from richtext.convert import Loss
from richtext.findings import Finding
from richtext.text_checks import (
    TEXT_CHECKS,
    find_dead_anchors,
    find_empty_paragraphs,
    find_headless_tables,
    find_lone_captions,
    find_other_language,
    find_skipped_levels,
    find_small_images,
    find_vague_links,
)
from richtext.typed_elements import elements_in
from tests.helpers.checks import places_of, report_on, typed_text

ENGLISH = "The Embassy thanks all who took part in the talks of this week."
RUSSIAN = "Посольство благодарит всех участников переговоров этой недели."
ARABIC = "تشكر السفارة جميع المشاركين في محادثات هذا الأسبوع."
HEBREW = "השגרירות מודה לכל משתתפי השיחות של השבוע."
GREEK = "Η Πρεσβεία ευχαριστεί όλους όσοι συμμετείχαν στις συνομιλίες."
CHINESE = "大使馆感谢所有参加本周会谈的人士。"
JAPANESE = "大使館は今週の会談に参加したすべての方々に感謝します。"
KATAKANA = "コンピューター・ネットワーク・セキュリティ"
KOREAN = "대사관은 이번 주 회담에 참석한 모든 분들께 감사드립니다."
THAI = "สถานเอกอัครราชทูตขอขอบคุณผู้เข้าร่วมการเจรจาทุกท่าน"
HINDI = "दूतावास इस सप्ताह की वार्ता में भाग लेने वाले सभी का धन्यवाद करता है।"
ARMENIAN = "Դեսպանությունը շնորհակալություն է հայտնում բոլոր մասնակիցներին։"
GEORGIAN = "საელჩო მადლობას უხდის მოლაპარაკების ყველა მონაწილეს."


def paragraphs(*texts):
    return "".join(f"<p>{text}</p>" for text in texts)


# Language and script


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        (ENGLISH, "en fr de es en-gb pl tr vi"),
        (RUSSIAN, "ru uk bg sr ru-ru"),
        (ARABIC, "ar fa ur"),
        (HEBREW, "he"),
        (GREEK, "el"),
        (CHINESE, "zh zh-hans zh-hant ja"),
        (JAPANESE, "ja"),
        (KATAKANA, "ja"),
        (KOREAN, "ko"),
        (THAI, "th"),
        (HINDI, "hi"),
        (ARMENIAN, "hy"),
        (GEORGIAN, "ka"),
        (f"{ENGLISH} {RUSSIAN}"[: len(ENGLISH) + 30], "en"),
        ("2020, 1.5 %, 24.09 – 5:30 №", "en ru ar zh"),
        ("МИД", "en"),
        ("Novo saopštenje ambasade", "sr sr-latn"),
    ],
)
def test_a_text_in_the_script_of_its_language_is_fine(text, languages):
    found = {language: places_of(find_other_language, paragraphs(text), language) for language in languages.split()}
    assert {language: places for language, places in found.items() if places} == {}


@pytest.mark.parametrize(
    ("text", "languages", "script"),
    [
        (ENGLISH, "ru ar he el zh ja ko th hi", "Latin"),
        (RUSSIAN, "en fr de es ar zh sr-latn", "Cyrillic"),
        (ARABIC, "en ru he", "Arabic"),
        (HEBREW, "en ar", "Hebrew"),
        (GREEK, "en ru", "Greek"),
        (CHINESE, "en ru th", "Chinese"),
        (JAPANESE, "en zh ko", "Japanese"),
        (KATAKANA, "en zh", "Japanese"),
        (KOREAN, "en ja zh", "Korean"),
        (THAI, "en zh", "Thai"),
        (HINDI, "en ar", "Devanagari"),
        (ARMENIAN, "en ru", "Armenian"),
        (GEORGIAN, "en ru", "Georgian"),
    ],
)
def test_a_text_in_another_script_is_found_at_the_language(text, languages, script):
    for language in languages.split():
        found, *_paragraphs = find_other_language(typed_text(paragraphs(text), language))
        assert (found.field, f"in {script} script" in found.sentence) == ("language", True)


def test_a_script_for_which_the_site_has_no_language_is_found_in_each_paragraph():
    assert places_of(find_other_language, paragraphs(RUSSIAN, RUSSIAN)) == ["language"]
    assert places_of(find_other_language, paragraphs(HEBREW, HEBREW)) == ["language", "p 0", "p 1"]
    assert [each.is_wrong for each in find_other_language(typed_text(paragraphs(RUSSIAN)))] == [True]
    (found,) = find_other_language(typed_text(f'<p lang="he">{HEBREW}</p>'))
    assert found.sentence == "This text is in Hebrew script, for which this site has no language. Mark its paragraphs."


def test_the_headline_counts_as_well():
    assert places_of(find_other_language, "", headline=RUSSIAN) == ["language"]
    assert places_of(find_other_language, paragraphs(ENGLISH, ENGLISH), headline=RUSSIAN) == ["headline"]


@pytest.mark.parametrize("text", [RUSSIAN, ARABIC, HEBREW, GREEK, CHINESE, JAPANESE, KOREAN, THAI])
def test_a_paragraph_in_another_script_is_found_in_its_place(text):
    html = paragraphs(ENGLISH, ENGLISH, ENGLISH, text)
    assert places_of(find_other_language, html) == ["p 3"]
    assert places_of(find_other_language, html.replace(f"<p>{text}", f'<p lang="x">{text}')) == []


@pytest.mark.parametrize("text", ["Пушкин и Гоголь", "МИД России", "(北京市)", "Θεός"])
def test_a_few_words_in_another_script_are_fine(text):
    assert places_of(find_other_language, paragraphs(ENGLISH, f"{text}", ENGLISH)) == []
    assert places_of(find_other_language, paragraphs(ENGLISH, f"{ENGLISH} ({text})", ENGLISH)) == []


def test_the_language_of_a_quotation_is_that_of_its_paragraphs():
    html = paragraphs(ENGLISH, ENGLISH, ENGLISH) + "<blockquote lang='ru'>" + paragraphs(RUSSIAN) + "</blockquote>"
    assert places_of(find_other_language, html) == []
    assert places_of(find_other_language, html.replace(" lang='ru'", "")) == ["p 3"]


def test_a_paragraph_can_be_marked_with_the_language_of_its_script():
    (found,) = find_other_language(typed_text(paragraphs(ENGLISH, ENGLISH, ENGLISH, ARABIC)))
    assert (found.script.language, found.script.direction) == ("ar", "rtl")


def test_where_the_language_cannot_be_chosen_paragraphs_are_found():
    text = typed_text(paragraphs(RUSSIAN))
    text.language_field = ""
    assert [(each.tag, each.index) for each in find_other_language(text)] == [("p", 0)]


# Links


@pytest.mark.parametrize(
    ("html", "places"),
    [
        ('<p><a href="#_ftn1">[1]</a></p><p><a href="#_ftnref1">[1]</a> Note</p>', ["a 0", "a 1"]),
        ('<p><a href="/">Home</a> <a href="#gone">The rules</a></p>', ["a 1"]),
        ('<p><a href="#%D0%B0">Раздел</a></p>', ["a 0"]),
        ("<p><A HREF='#gone'>The rules</A></p>", ["a 0"]),
        ('<p><a href="#x">One</a></p><p id="x">Two three</p>', []),
        ('<p><a href="#x">One</a></p><p><a name="x"></a>Two three</p>', []),
        ('<p><a href="#%D0%B0">Раздел</a></p><p id="а">Слова</p>', []),
        ('<p><a href="https://example.org/#gone">Elsewhere</a> <a href="/a/#b">Here</a> <a>c</a></p>', []),
    ],
)
def test_links_to_missing_places_in_the_text_are_found(html, places):
    assert places_of(find_dead_anchors, html) == places


@pytest.mark.parametrize(
    "words", ["here", "Click here", "Read more …", "здесь", "ici", "hier", "aquí", "هنا", "点击这里", "こちら"]
)
def test_vague_link_texts_are_found(words):
    assert places_of(find_vague_links, f'<p><a href="/a">A page</a> <a href="/b">{words}</a></p>') == ["a 1"]


@pytest.mark.parametrize("words", ["The rules, here in full", "Правила въезда", "签证规定", "", "Hier, in Berlin"])
def test_other_link_texts_are_fine(words):
    assert places_of(find_vague_links, f'<p><a href="/b">{words}</a></p>') == []


# Tables and images

ROW, HEAD = "<tr><td>a</td><td>b</td></tr>", "<tr><th>a</th><th>b</th></tr>"


@pytest.mark.parametrize(
    ("html", "places"),
    [
        (f"<table><tbody>{ROW}{ROW}</tbody></table>", ["table 0"]),
        (f"<table>{HEAD}{ROW}</table><table>{ROW}{ROW}</table>", ["table 1"]),
        (f"<table><thead>{HEAD}</thead><tbody>{ROW}</tbody></table>", []),
        ("<table><tr><th>a</th><td>b</td></tr><tr><th>c</th><td>d</td></tr></table>", []),
        (f"<table>{ROW}</table>", []),
        ("<p>table, th, tr</p>", []),
    ],
)
def test_tables_without_header_cells_are_found(html, places):
    assert places_of(find_headless_tables, html) == places


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("aaaa-300x200.jpg", True),
        ("aaaa-479x900.png", True),
        ("aaaa-480x200.jpg", False),
        ("aaaa-1600x900.webp", False),
        ("unknown.jpg", False),
    ],
)
def test_small_images_in_the_text_are_found(name, is_found):
    html = f'<p><img src="/media/bbbb-1600x900.jpg" alt="x"></p><figure><img src="/media/{name}" alt="x"></figure>'
    assert places_of(find_small_images, html) == (["img 1"] if is_found else [])


@pytest.mark.parametrize(
    "text",
    [
        "Photo: MFA",
        "Photo © TASS",
        "photo credit: A. Ivanov",
        "Фото: МИД России",
        "Foto: dpa",
        "Légende : la rencontre",
        "Crédit photo : AFP",
        "Fotografía: EFE",
        "صورة: وزارة الخارجية",
        "תמונה: משרד החוץ",
        "照片：外交部",
        "写真：外務省",
        "사진: 외교부",
    ],
)
def test_captions_without_an_image_are_found(text):
    assert places_of(find_lone_captions, paragraphs(ENGLISH, text, ENGLISH)) == ["p 1"]
    for image in ('<p><img src="/media/a.jpg" alt="x"></p>', '<figure><img src="/media/a.jpg" alt="x"></figure>'):
        assert places_of(find_lone_captions, f"<p>{ENGLISH}</p>{image}<p>{text}</p>") == []


@pytest.mark.parametrize(
    "text",
    [
        "Photographs were taken.",
        "The photo: a story of our time. " * 8,
        "Photo and video are on our channel.",
        "Our photo: see below",
        "Изображение",
        "照片展览",
        "Fotografie aus Moskau",
    ],
)
def test_other_paragraphs_are_not_captions(text):
    assert places_of(find_lone_captions, paragraphs(ENGLISH, text)) == []


# Paragraphs and headings


@pytest.mark.parametrize(
    ("html", "places"),
    [
        ("<p>a</p><p>&nbsp;</p><p>b</p>", ["p 1"]),
        ("<p></p><p>b</p>", ["p 0"]),
        ("<p>a</p><p><br></p><p> \u00a0 </p><p>b</p>", ["p 1"]),
        ("<p>a</p><h2>&nbsp;</h2><p>b</p>", ["h2 0"]),
        ("<p>a</p><p>&nbsp;</p><table><tr><th>a</th></tr></table>", ["p 1"]),
        ("<p>a</p><p>&nbsp;</p><p></p>", []),
        ('<p>a</p><p><img src="/media/a.jpg" alt=""></p><p>b</p>', []),
        ("<p>a</p><p>–</p><p>b</p>", []),
        ("", []),
    ],
)
def test_empty_paragraphs_between_others_are_found(html, places):
    assert places_of(find_empty_paragraphs, html) == places


def test_empty_paragraphs_are_counted():
    (found,) = find_empty_paragraphs(typed_text("<p>a</p><p></p><p></p><p>b</p>"))
    assert found.sentence.startswith("2 empty paragraphs are removed")


@pytest.mark.parametrize(
    ("html", "places"),
    [
        ("<h2>a</h2><h4>b</h4><h4>c</h4>", ["h4 0"]),
        ("<h3>a</h3>", ["h3 0"]),
        ("<H2>a</H2><h4 class=x>b</h4>", ["h4 0"]),
        ("<h2>a</h2><h3>b</h3><h4>c</h4><h2>d</h2><h3>e</h3>", []),
        ("<h1>a</h1><h2>b</h2>", []),
        ("<header>a</header><h7>b</h7><hr>", []),
    ],
)
def test_headings_that_skip_a_level_are_found(html, places):
    assert places_of(find_skipped_levels, html) == places


# What saving changes, and the report


def test_what_saving_leaves_out_is_named_beforehand():
    text = typed_text("<p>a</p>")
    text.losses = [Loss("embed", "example.org"), Loss("anchor", "x"), Loss("footnote", "[1]")]
    found = [each.sentence for check in TEXT_CHECKS for each in check.find(text)]
    assert found == ["When this is saved: A video or other embedded content from example.org was replaced by a link."]


def test_nothing_is_said_before_anything_is_written():
    assert report_on("", title=" ") == ([], [], [])
    assert report_on("", title="Visas").fine != []


def test_what_is_wrong_is_apart_from_what_is_to_be_looked_at_and_what_is_fine():
    report = report_on('<p>Words <a href="#gone">of rules</a></p><p></p><p>End</p>')
    assert [each.tag for each in report.wrong] == ["a"]
    assert [each.tag for each in report.look] == ["p"]
    assert ("Tables have header rows." in report.fine, report.count) == (True, 2)


def test_a_finding_is_named_once():
    assert Finding("a", tag="p") == Finding("a", tag="p")
    assert report_on("<p>Text</p>" + '<p><a href="/a">here</a></p>').count == 1


# Elements


def test_elements_have_their_own_text_and_number():
    found = elements_in(
        "<p>a <b>b</b></p><ul><li>c<p>d</p></li></ul><p>e<br>f <img src=\"x\" alt='y'></p><!-- <p>g</p> -->"
    )
    assert [(each.tag, each.index, each.text) for each in found if each.tag in ("p", "li")] == [
        ("p", 0, "a b"),
        ("li", 0, "c"),
        ("p", 1, "d"),
        ("p", 2, "e f"),
    ]
    assert next(each for each in found if each.tag == "img").attributes == {"src": "x", "alt": "y"}


@pytest.mark.parametrize(
    "html", ["<", "<p", "</p></p>", "<p><p><p>a", "<a href=", "<a href='x>", "<table><tr><td><table>", "&#1114112;" * 9]
)
def test_broken_mark_up_causes_no_error(html):
    report_on(html)


@pytest.mark.parametrize("piece", ["<p>a", "<li>", "<b>", "<a href='#a'>", "<td>", "< ", "<p lang=ru>Слово ", '<a x="'])
def test_a_text_of_any_length_is_read_within_its_limits(piece):
    assert len(elements_in(piece * (3 * MAX_CHARACTERS // len(piece)))) <= MAX_CHARACTERS
