"""Tables as cards: which tables get labels, and which stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from richtext.sanitize import sanitize
from richtext.table_cards import MAX_COLUMNS, label_tables
from richtext.templatetags.richtext_tags import render_richtext

HEAD = '<thead><tr><th scope="col">Visa for</th><th scope="col">Fee &amp; <em>tax</em></th></tr></thead>'
ROW = '<tr><th scope="row">One journey</th><td>£50</td></tr>'


def test_cells_get_the_heading_of_their_column():
    labelled = label_tables(f"<p>Fees</p><table>{HEAD}<tbody>{ROW}{ROW}</tbody></table><p>End</p>")
    cell = '<tr><th scope="row">One journey</th><td data-label="Fee &amp; tax">£50</td></tr>'
    assert labelled == f'<p>Fees</p><table data-cards="">{HEAD}<tbody>{cell}{cell}</tbody></table><p>End</p>'


@pytest.mark.parametrize(
    "table",
    [
        f"<table><tbody>{ROW}</tbody></table>",
        f"<table>{HEAD}<tbody></tbody></table>",
        f'<table>{HEAD}<tbody>{ROW}<tr><td colspan="2">£50</td></tr></tbody></table>',
        f"<table>{HEAD}<tbody><tr><td>£50</td></tr></tbody></table>",
        f"<table>{HEAD.replace('</tr>', '</tr><tr><th>A</th><th>B</th></tr>')}<tbody>{ROW}</tbody></table>",
        f"<table><thead><tr>{'<th>A</th>' * (MAX_COLUMNS + 1)}</tr></thead>"
        f"<tbody><tr>{'<td>1</td>' * (MAX_COLUMNS + 1)}</tr></tbody></table>",
        "<table>",
        "<p>No table</p>",
    ],
)
def test_other_tables_stay_as_they_are(table):
    assert label_tables(table) == table


def test_a_rendered_table_has_its_frame_and_its_labels():
    html = str(render_richtext(label_tables(f"<table>{HEAD}<tbody>{ROW}</tbody></table>")))
    assert html.startswith('<div class="frame"') and html.endswith("</table></div>") and 'data-label="Fee' in html


cells = some.sampled_from(["<td>a</td>", "<th>b</th>", '<td colspan="2">c</td>', "<td><p>d</p></td>", "</tr><tr>"])


@given(some.lists(cells, max_size=8), some.lists(cells, max_size=8), some.booleans())
def test_labels_change_no_text_of_any_clean_table(head, body, has_caption):
    caption = "<caption>Fees</caption>" * has_caption
    thead = f"<thead><tr>{''.join(head)}</tr></thead>"
    html = sanitize(f"<table>{caption}{thead}<tbody><tr>{''.join(body)}</tr></tbody></table><p>End</p>")
    labelled = label_tables(html)
    assert sanitize(labelled) == html
