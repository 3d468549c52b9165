"""Three-way merge by block: conflicts are exact, no block is lost, and its time is bounded."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from richtext.html_blocks import join_blocks, list_items, split_blocks
from richtext.sanitize import sanitize
from versions.block_merge import Choice, Origin, best_chain, merge_html

WORDS = st.sampled_from(["visa", "photo", "consul", "Monday", "fee", "passport", "closed", "open"])
PARAGRAPHS = st.lists(WORDS, min_size=1, max_size=6).map(lambda words: f"<p>{' '.join(words)}</p>")
LISTS = st.lists(WORDS, min_size=1, max_size=4).map(
    lambda words: "<ul>\n" + "\n".join(f"<li>{word}</li>" for word in words) + "\n</ul>"
)
TEXTS = st.lists(st.one_of(PARAGRAPHS, LISTS), max_size=8).map("\n".join)
SWAPPED = {Origin.MINE: Origin.THEIRS, Origin.THEIRS: Origin.MINE}


def text_of(*paragraphs):
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def htmls(blocks):
    return [block.html for block in blocks]


def changed(merge):
    """Return who changed each slot that somebody changed."""
    return [slot.origin.value for slot in merge if slot.origin != Origin.KEPT]


# Blocks


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        ["<p>One.</p>", "<p>Two.</p>"],
        ['<h2 id="fees">Fees</h2>', "<p>A <b>visa</b>.<br>Two.</p>"],
        ["<ul>\n<li>One\n<ul>\n<li>Two</li>\n</ul>\n</li>\n</ul>", "<hr>"],
        ["<blockquote>\n<p>One.</p>\n</blockquote>", "<p>Two.</p>"],
        ["Bare <b>text</b> here", "<p>One.</p>", "more"],
        ["<p>Not closed"],
        ["One < two"],
        ["<p>One.</p>", "<P onclick=x>Two"],
    ],
)
def test_a_block_is_an_element_of_the_top_level(blocks):
    assert htmls(split_blocks("\n".join(blocks))) == htmls(split_blocks("".join(blocks))) == blocks


def test_a_figure_and_a_table_are_blocks_as_a_whole():
    html = (
        '<figure class="image">\n<img alt="A" src="/media/a.png">\n<figcaption>A caption</figcaption>\n</figure>\n'
        "<table>\n<tr>\n<td>1</td>\n</tr>\n</table>\n<p>End.</p>"
    )
    assert [block.html.partition(">")[0].split()[0] for block in split_blocks(html)] == ["<figure", "<table", "<p"]


@given(st.text(max_size=200) | st.text(alphabet='<>/pbul i="\n', max_size=80) | TEXTS)
def test_no_character_is_lost_between_blocks(html):
    assert "".join(join_blocks(split_blocks(html)).split()) == "".join(html.split())


@given(TEXTS)
def test_blocks_of_cleaned_html_are_stable(html):
    html = sanitize(html)
    assert sanitize(join_blocks(split_blocks(html))) == html


def test_items_of_a_list_are_blocks():
    (block,) = split_blocks('<ol start="3">\n<li>One</li>\n<li>Two\n<ul>\n<li>Three</li>\n</ul>\n</li>\n</ol>')
    parts = list_items(block)
    assert parts.start_tag == '<ol start="3">'
    assert htmls(parts.items) == ["<li>One</li>", "<li>Two\n<ul>\n<li>Three</li>\n</ul>\n</li>"]
    assert parts.with_items(parts.items) == block
    assert list_items(split_blocks("<p>One</p>")[0]) is None


# Merging


def test_different_paragraphs_are_merged():
    merge = merge_html(
        text_of("A visa costs 30 pounds.", "Bring a photo.", "Call us."),
        text_of("A visa costs 35 pounds.", "Bring a photo.", "Write to us."),
        text_of("A visa costs 30 pounds.", "Bring two photos.", "Call the consul."),
    )
    assert changed(merge) == ["mine", "theirs", "conflict"]
    assert merge.html() == text_of("A visa costs 35 pounds.", "Bring two photos.", "Write to us.")


@pytest.mark.parametrize(
    ("mine", "theirs", "result"),
    [
        (["A", "two", "three", "four"], ["one", "B", "three", "four"], ["A", "B", "three", "four"]),
        (["zero", "one", "two", "three", "four"], ["one", "two", "three", "B"], ["zero", "one", "two", "three", "B"]),
        (["one", "three", "four"], ["one", "two", "three", "four", "five"], ["one", "three", "four", "five"]),
        (["A", "B", "three", "four"], ["one", "two", "three"], ["A", "B", "three"]),
        (["one", "new", "two", "three", "four"], ["B", "two", "three", "four"], ["B", "new", "two", "three", "four"]),
    ],
)
def test_changes_of_neighbours_additions_and_deletions_are_merged(mine, theirs, result):
    merge = merge_html(text_of("one", "two", "three", "four"), text_of(*mine), text_of(*theirs))
    assert (merge.conflicts, merge.html()) == ([], text_of(*result))


def test_one_who_rewrote_three_paragraphs_collides_in_the_one_that_the_other_changed():
    base = ["The minister arrives on Monday.", "The talks begin at noon.", "A dinner follows in the residence."]
    mine = ["The foreign minister arrives on Monday.", "The talks begin at 13:00.", "A dinner follows in the embassy."]
    theirs = [base[0], "The talks begin at ten.", base[2]]
    merge = merge_html(text_of(*base), text_of(*mine), text_of(*theirs))
    assert changed(merge) == ["mine", "conflict", "mine"]
    assert htmls(merge.conflicts[0].theirs) == [text_of(theirs[1])]


def test_a_changed_paragraph_is_found_after_one_that_was_added_before_it():
    base = text_of("The talks begin at noon in the residence.")
    mine = text_of("Something new comes first.", "The talks begin at noon in the embassy.")
    theirs = text_of("The talks begin at ten in the residence.")
    merge = merge_html(base, mine, theirs)
    assert changed(merge) == ["mine", "conflict"]
    assert htmls(merge.conflicts[0].mine) == [text_of("The talks begin at noon in the embassy.")]


def test_one_who_deleted_what_the_other_changed_is_asked():
    (slot,) = merge_html(text_of("one"), "", text_of("two")).conflicts
    assert (htmls(slot.chosen(Choice.THEIRS)), slot.chosen(Choice.MINE)) == ([text_of("two")], ())


def test_both_is_theirs_and_then_mine_without_what_is_in_both():
    (slot,) = merge_html(text_of("one"), text_of("one", "x", "mine"), text_of("one", "x", "theirs")).conflicts
    assert htmls(slot.chosen(Choice.BOTH)) == [text_of("x"), text_of("theirs"), text_of("mine")]


def test_items_of_one_list_are_merged_and_a_colliding_item_asks_for_the_list():
    base, mine, theirs = (
        "<ul><li>a</li><li>b</li></ul>",
        "<ul><li>A</li><li>b</li></ul>",
        "<ul><li>a</li><li>B</li></ul>",
    )
    merge = merge_html(base, mine, theirs)
    assert (changed(merge), merge.html()) == (["merged"], "<ul>\n<li>A</li>\n<li>B</li>\n</ul>")
    assert changed(merge_html(base, mine, "<ul><li>x</li><li>b</li></ul>")) == ["conflict"]
    assert changed(merge_html(base, mine, theirs.replace("ul>", "ol>"))) == ["conflict"]


def test_the_best_chain_rises_in_rows_and_columns():
    assert best_chain([[0, 0.9], [0.5, 0.8]]) == [(0, 1)]
    assert best_chain([[0.5, 0], [0, 0.5]]) == [(0, 0), (1, 1)]
    assert best_chain([[0, 0]]) == []


# Properties


@given(TEXTS)
def test_without_a_change_the_merge_is_the_text(text):
    merge = merge_html(text, text, text)
    assert (merge.html(), changed(merge)) == (text, [])


@given(TEXTS, TEXTS)
def test_the_change_of_one_side_is_the_merge(base, new):
    assert merge_html(base, new, base).html() == merge_html(base, base, new).html() == new
    assert merge_html(base, new, new).html() == new


@given(TEXTS, TEXTS, TEXTS)
def test_each_text_is_in_the_slots_in_its_order(base, mine, theirs):
    merge = merge_html(base, mine, theirs)
    assert merge.html(lambda slot: slot.base) == base
    assert merge.html(lambda slot: slot.mine) == mine
    assert merge.html(lambda slot: slot.theirs) == theirs


@given(TEXTS, TEXTS, TEXTS)
def test_a_conflict_is_what_both_have_changed_differently(base, mine, theirs):
    for slot in merge_html(base, mine, theirs):
        is_conflict = slot.mine != slot.base != slot.theirs != slot.mine
        assert (slot.origin in {Origin.CONFLICT, Origin.MERGED}) == is_conflict
        assert len(slot.base) <= 1


@given(TEXTS, TEXTS, TEXTS)
def test_no_new_block_is_lost_with_both(base, mine, theirs):
    merge = merge_html(base, mine, theirs)
    result = merge.html(lambda slot: slot.chosen(Choice.BOTH) if slot.origin == Origin.CONFLICT else slot.merged)
    items = [block for block in split_blocks(mine) + split_blocks(theirs) if block not in split_blocks(base)]
    for block in items:
        parts = list_items(block)
        if parts is None:
            assert block.html in result
        else:  # an item that the other side deleted is not kept
            old = {item for each in split_blocks(base) for item in getattr(list_items(each), "items", ())}
            assert all(item.html in result for item in parts.items if item not in old)


@given(TEXTS, TEXTS, TEXTS)
def test_swapped_sides_swap_the_names_only(base, mine, theirs):
    one, other = merge_html(base, mine, theirs), merge_html(base, theirs, mine)
    assert [SWAPPED.get(slot.origin, slot.origin) for slot in one] == [slot.origin for slot in other]
    assert [slot.mine for slot in one] == [slot.theirs for slot in other]
    if not one.conflicts:
        assert one.html() == other.html()


@given(TEXTS, TEXTS, TEXTS)
def test_a_merge_with_mine_in_its_conflicts_has_the_same_conflicts(base, mine, theirs):
    merge = merge_html(base, mine, theirs)
    assert len({slot.key for slot in merge}) == len(merge)
    again = {slot.key for slot in merge_html(base, merge.html(), theirs)}
    assert {slot.key for slot in merge.conflicts} <= again


@given(st.lists(PARAGRAPHS, min_size=1, max_size=8, unique=True), st.data())
def test_changes_of_different_paragraphs_are_both_in_the_merge(paragraphs, data):
    mine_at = data.draw(st.integers(0, len(paragraphs) - 1))
    theirs_at = data.draw(st.integers(0, len(paragraphs) - 1).filter(lambda at: at != mine_at or len(paragraphs) == 1))
    texts = {}
    for name, at in (("mine", mine_at), ("theirs", theirs_at)):
        texts[name] = [f"<p>{name} rewrote it</p>" if k == at else text for k, text in enumerate(paragraphs)]
    merge = merge_html(*("\n".join(text) for text in (paragraphs, texts["mine"], texts["theirs"])))
    if mine_at == theirs_at:
        assert len(merge.conflicts) == 1
    else:
        expected = [texts["mine"][k] if k == mine_at else texts["theirs"][k] for k in range(len(paragraphs))]
        assert (merge.conflicts, merge.html()) == ([], "\n".join(expected))


# Time


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        (["visa"] * 18_000, ["visa"] * 17_000 + ["photo"] * 1_000, ["fee"] * 1_000 + ["visa"] * 17_000),
        ([f"a{k}" for k in range(14_000)], [f"b{k}" for k in range(14_000)], [f"c{k}" for k in range(14_000)]),
        (["a b c d " * 6] * 3_600, ["a b c e " * 6] * 3_600, ["a b d f " * 6] * 3_600),
        (
            [f"{k % 7} visa {k}" for k in range(9_000)],
            [f"{k % 5} visa {k if k % 40 else 'x'}" for k in range(9_000)],
            [f"{k % 3} visa {k if k % 30 else 'y'}" for k in range(9_000)],
        ),
        (["w " * 99_000], ["v " * 99_000], ["u " * 99_000]),
    ],
    ids=["repeated", "rewritten", "similar", "scattered", "one block"],
)
def test_the_longest_texts_are_merged_within_seconds(base, mine, theirs):
    texts = [text_of(*paragraphs)[:200_000] for paragraphs in (base, mine, theirs)]
    start = time.process_time()
    merge = merge_html(*texts)
    assert time.process_time() - start < 20  # seconds: about two are usual, a quadratic comparison takes minutes
    assert merge.html(lambda slot: slot.mine) == texts[1]
