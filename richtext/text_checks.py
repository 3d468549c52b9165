"""Checks of a text while it is written: its language, links, tables, images, paragraphs. They never block a save.

This is the only implementation of the rules: the form shows the report on the text as last saved, and the browser asks
for it again with the text as typed. The costs are linear in the length of a text, which is limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from richtext.anchors import has_passage, list_passages
from richtext.complexity import MAX_CHARACTERS
from richtext.convert import describe
from richtext.findings import Check, Finding, TypedText, quote
from richtext.renditions import ImageFile
from richtext.scripts import SCRIPTS, foreign_script, scripts_of_language
from richtext.serving import media_url
from richtext.typed_elements import HEADINGS, PASSAGES, Element
from richtext.words import count_words_of

MIN_WIDTH_IN_TEXT = 480  # pixels: the width of a phone
MIN_FOREIGN_WORDS = 4  # of a paragraph in another script: a few words may be a name or a title
MAX_CAPTION = 200  # characters


# Language


def find_other_language(text: TypedText) -> Iterator[Finding]:
    """Find a text in a script that its language does not use, or else parts of it in one."""
    everything = "\n".join([*text.lines.values(), text.words])
    script = foreign_script(everything, text.language)
    if script and text.language_field:
        is_offered = any(script in scripts_of_language(code) for code, _name in settings.LANGUAGES)
        sentence = (
            _("This text is in %(script)s script, but its language is %(language)s. Check the language.")
            if is_offered
            else _("This text is in %(script)s script, for which this site has no language. Mark its paragraphs.")
        )
        names = {"script": _(SCRIPTS[script].name), "language": language_name(text.language)}
        yield Finding(sentence % names, text.language_field, is_wrong=is_offered)
        if is_offered:
            return
    for name, line in text.lines.items():
        if script := foreign_script(line, text.language):
            names = {"script": _(SCRIPTS[script].name), "language": language_name(text.language)}
            yield Finding(
                _("This is in %(script)s script, but the language of the text is %(language)s.") % names, name
            )
    for element in text.elements:
        if element.tag in PASSAGES and not element.language:
            yield from find_foreign_passage(element, text.language)


def find_foreign_passage(element: Element, language: str) -> Iterator[Finding]:
    """Find a paragraph of more than a few words in another script that is not marked with its language."""
    script = foreign_script(element.text, language)
    if script and count_words_of(element.text) >= MIN_FOREIGN_WORDS:
        sentence = _(
            "“%(text)s” is in %(script)s script and not marked with its language, so screen readers and browsers "
            "treat it as %(language)s."
        )
        names = {"script": _(SCRIPTS[script].name), "language": language_name(language), "text": quote(element.text)}
        yield Finding(sentence % names, tag=element.tag, index=element.index, script=SCRIPTS[script])


def language_name(language: str) -> str:
    """Return the name of a language of the site, or its code."""
    names = dict(settings.LANGUAGES)
    return str(names.get(language) or names.get(language.partition("-")[0], language))


# Links

VAGUE_LINK_TEXTS = frozenset(
    "click here|here|click|this|this link|link|read more|more|learn more|see more|details|website|page|"
    "здесь|тут|сюда|подробнее|далее|читать далее|по ссылке|ссылка|"
    "ici|cliquez ici|en savoir plus|lire la suite|hier|hier klicken|mehr|weiterlesen|mehr erfahren|"
    "aquí|haga clic aquí|leer más|más|هنا|اضغط هنا|המשך|כאן|点击这里|这里|こちら|여기".split("|")
)


def find_vague_links(text: TypedText) -> Iterator[Finding]:
    """Find link texts that do not describe their target (WCAG 2.4.4)."""
    sentence = _("The link text “%s” does not describe its target. Screen readers may read links out of context.")
    for link in links_of(text):
        if link.text.lower().strip(" .…>»→:!") in VAGUE_LINK_TEXTS:
            yield Finding(sentence % link.text, tag="a", index=link.index)


def find_dead_anchors(text: TypedText) -> Iterator[Finding]:
    """Find links to a place in this text that it does not have, such as those of Word's footnotes."""
    links = [link for link in links_of(text) if link.attributes["href"].startswith("#")]
    if not links:
        return
    passages = {name for name, _words in list_passages(text.html)}
    own = {each.attributes.get(name) for each in text.elements for name in ("id", "name")}
    for link in links:
        url = link.attributes["href"]
        name = unquote(url[1:])
        if name not in own and not has_passage(name, passages):
            sentence = _("The link “%(text)s” leads to “%(url)s”, but this text has no such anchor. Remove it.")
            names = {"text": quote(link.text), "url": quote(url)}
            yield Finding(sentence % names, tag="a", index=link.index, is_wrong=True)


def links_of(text: TypedText) -> list[Element]:
    """Return the links of a text."""
    return [each for each in text.elements if each.tag == "a" and each.attributes.get("href")]


# Tables and images


def find_headless_tables(text: TypedText) -> Iterator[Finding]:
    """Find tables of several rows without a header cell (WCAG 1.3.1)."""
    for table in text.elements:
        if table.tag == "table" and table.inside["tr"] > 1 and not table.inside["th"]:
            sentence = _(
                "A table has no header row. In “Table properties”, select one, so that its columns have names."
            )
            yield Finding(sentence, tag="table", index=table.index)


def find_small_images(text: TypedText) -> Iterator[Finding]:
    """Find images that are narrower than the text on a phone."""
    for image in text.elements:
        found = image.tag == "img" and ImageFile.named(image.attributes.get("src", "").removeprefix(media_url("")))
        if found and found.width < MIN_WIDTH_IN_TEXT:
            sentence = _("An image in the text is %(width)d pixels wide. Use one of at least %(least)d pixels.")
            yield Finding(sentence % {"width": found.width, "least": MIN_WIDTH_IN_TEXT}, tag="img", index=image.index)


CAPTION = re.compile(
    r"(?:photo(?:graph|s|graphs)?|pictures?|images?|photo credit|credit|caption|illustration|"
    r"фото|фотография|снимок|иллюстрация|foto|bild|photographie|légende|crédit photo|imagen|fotografía|crédito|"
    r"صورة|الصورة|תמונה|צילום|φωτογραφία|照片|图片|圖片|写真|사진|ภาพ)\s{0,3}[:：©]",
    re.IGNORECASE,
)


def find_lone_captions(text: TypedText) -> Iterator[Finding]:
    """Find paragraphs such as “Photo: …” that have no image beside them."""
    blocks = [each for each in text.elements if each.tag in PASSAGES | {"figure", "img"}]
    for number, block in enumerate(blocks):
        if block.tag not in ("p", *HEADINGS) or not CAPTION.match(block.text) or len(block.text) > MAX_CAPTION:
            continue
        beside = blocks[max(number - 2, 0) : number + 3]
        if not any(each.tag in ("figure", "img") for each in beside):
            sentence = _("“%s” looks like the caption of an image, but there is none beside it.")
            yield Finding(sentence % quote(block.text), tag=block.tag, index=block.index)


# Paragraphs and headings


def find_empty_paragraphs(text: TypedText) -> Iterator[Finding]:
    """Find empty paragraphs between others. Those at the end are still being written."""
    passages = [each for each in text.elements if each.tag in PASSAGES | {"figure", "table", "img", "hr"}]
    while passages and is_empty_paragraph(passages[-1]):
        passages.pop()
    empty = [each for each in passages if is_empty_paragraph(each)]
    if empty:
        sentence = ngettext(
            "%(count)d empty paragraph is removed when this is saved. Use a heading to divide the text.",
            "%(count)d empty paragraphs are removed when this is saved. Use headings to divide the text.",
            len(empty),
        )
        yield Finding(sentence % {"count": len(empty)}, tag=empty[0].tag, index=empty[0].index)


def is_empty_paragraph(element: Element) -> bool:
    """Return whether an element is a paragraph or a heading without text and image."""
    return element.tag in ("p", *HEADINGS) and not element.text and not element.inside["img"]


def find_skipped_levels(text: TypedText) -> Iterator[Finding]:
    """Find the first heading that skips a level. The headline is level 1; a text may begin with 2."""
    above = 1
    for heading in text.elements:
        if heading.tag in HEADINGS:
            level = int(heading.tag[1])
            if level > above + 1:
                yield Finding(SKIPPED_LEVEL, tag=heading.tag, index=heading.index)
                return
            above = level


SKIPPED_LEVEL = gettext_lazy(
    "A heading skipped a level. The levels have been adjusted: check that they are still correct."
)


# What saving changes

TAGS = re.compile(r"<[!a-z][^<>]{1,2000}")
WORD_MARKERS = ("<o:p", "<w:", "urn:schemas-microsoft", "mso-", "mso]", "mso 9]")
MSO_CLASS = re.compile(r"\bclass=[\"']?Mso", re.IGNORECASE)
FROM_WORD = gettext_lazy(
    "This was pasted from Word: hidden formatting has been removed. Check that nothing is missing."
)


def is_from_word(typed: str) -> bool:
    """Return whether the mark-up of a text comes from Word."""
    typed = typed[:MAX_CHARACTERS]
    if MSO_CLASS.search(typed):
        return True
    tags = " ".join(TAGS.findall(typed.lower()))
    return any(word in tags for word in WORD_MARKERS)


def find_repairs(text: TypedText) -> Iterator[Finding]:
    """Find the marks of Word, and what the conversion leaves out. Dead links are found in their place."""
    if is_from_word(text.typed):
        yield Finding(str(FROM_WORD))
    for sentence in describe([loss for loss in text.losses if loss.kind not in ("anchor", "footnote")]):
        yield Finding(_("When this is saved: %s") % sentence)


def sanitiser_hints(typed: str) -> list[str]:
    """Return sentences on the sanitiser's repairs of a text as sent."""
    text = TypedText(typed[:MAX_CHARACTERS], "", "")
    found = [str(FROM_WORD)] if is_from_word(typed) else []
    return found + [str(finding.sentence) for finding in find_skipped_levels(text)]


TEXT_CHECKS = [
    Check(gettext_lazy("The language and the script match."), find_other_language),
    Check(gettext_lazy("Links to places in this text work."), find_dead_anchors),
    Check(gettext_lazy("Link texts describe their targets."), find_vague_links),
    Check(gettext_lazy("Tables have header rows."), find_headless_tables),
    Check(gettext_lazy("Images in the text are large enough."), find_small_images),
    Check(gettext_lazy("Captions have images."), find_lone_captions),
    Check(gettext_lazy("There are no empty paragraphs."), find_empty_paragraphs),
    Check(gettext_lazy("Headings do not skip levels."), find_skipped_levels),
    Check(gettext_lazy("Saving leaves nothing out."), find_repairs),
]
