"""What the OpenAPI document says of messages and categories: their fields, and the parameters of the list."""

from __future__ import annotations

from django.utils.translation import gettext as _

from news.api.parameters import PARAMETERS


def some(kind: str | list, says: str, **more) -> dict:
    """Return the schema of a field."""
    return {"type": kind, "description": says, **more}


def words(says: str, **more) -> dict:
    return some("string", says, **more)


def address(says: str, kind="string") -> dict:
    return some(kind, says, format="uri")


def moment(says: str) -> dict:
    return some("string", says, format="date-time")


def thing(says: str, properties: dict, kind: str | list = "object") -> dict:
    """Return the schema of an object with all of these fields. More may come, so others are not forbidden."""
    return some(kind, says, required=list(properties), properties=properties)


def several(says: str, items: dict, **more) -> dict:
    return some("array", says, items=items, **more)


MAYBE = ["string", "null"]


def parameters() -> list[dict]:
    """Return the parameters of the list."""
    return [
        {
            "name": parameter.name,
            "in": "query",
            "description": str(parameter.says),
            "schema": parameter.schema,
            **({"example": parameter.example} if parameter.example else {}),
        }
        for parameter in PARAMETERS
    ]


def category_fields() -> dict:
    return {
        "slug": words(_("Its word in addresses.")),
        "name": words(_("Its name.")),
        "url": address(_("Its page.")),
    }


def category_with_ways() -> dict:
    ways = {
        "api_url": address(_("Its messages, here.")),
        "atom_url": address(_("Its Atom feed.")),
        "json_feed_url": address(_("Its JSON Feed.")),
    }
    return thing(_("A kind of messages."), category_fields() | ways)


def image() -> dict:
    rendition = thing(
        _("A size and format of it."),
        {
            "url": address(_("Where it is.")),
            "width": some("integer", _("Pixels.")),
            "type": words(_("Its media type.")),
        },
    )
    percent = {"type": "integer", "minimum": 0, "maximum": 100}
    fields = {
        "url": address(_("The picture itself.")),
        "width": some(["integer", "null"], _("Pixels.")),
        "height": some(["integer", "null"], _("Pixels.")),
        "alt": words(_("What it shows; empty where it is decorative.")),
        "credit": words(_("Who took it.")),
        "focus": thing(_("What matters in it, in percent from the left and the top."), {"x": percent, "y": percent}),
        "renditions": several(_("Sizes and formats in which it can be had."), rendition),
    }
    return thing(_("The picture of the message."), fields, ["object", "null"])


def row_fields() -> dict:
    source = {"name": some(MAYBE, _("Its name.")), "url": address(_("Where it was issued."), MAYBE)}
    return {
        "id": words(_("A tag URI (RFC 4151), the same as in the feeds: it outlives every change of address.")),
        "number": some("integer", _("The number by which this API knows it."), minimum=1),
        "url": address(_("Its page. Moves with its headline’s slug; the former address leads on.")),
        "api_url": address(_("The whole message, here.")),
        "headline": words(_("Its title.")),
        "lead": words(_("The one paragraph under the headline; may be empty.")),
        "summary": words(_("The lead, or the text’s first paragraph where there is none.")),
        "language": words(_("What it is written in (BCP 47).")),
        "category": thing(_("Its category."), category_fields()),
        "published": moment(_("When it was published.")),
        "modified": moment(_("When it was published, corrected or restored last; a mended slip does not count.")),
        "delivered_on": some(MAYBE, _("The day a speech was given, where it differs."), format="date"),
        "source": thing(_("Who issued it first."), source, ["object", "null"]),
        "image": image(),
        "video_url": address(_("A video that the picture is a still of."), MAYBE),
    }


def whole_fields() -> dict:
    correction = {"at": moment(_("When.")), "note": words(_("What was wrong."))}
    attachment = {
        "name": words(_("What it is.")),
        "url": address(_("The file.")),
        "size": some("integer", _("Bytes."), minimum=0),
        "type": words(_("Its media type.")),
    }
    return {
        "body_html": words(_("The text: clean HTML, with absolute addresses. It may be empty.")),
        "corrections": several(
            _("What was wrong and is right now, the oldest first."), thing(_("A correction."), correction)
        ),
        "attachments": several(_("Files that come with it."), thing(_("A PDF."), attachment)),
        "citation": words(_("How to cite it.")),
    }


def message() -> dict:
    return thing(_("A message, whole."), row_fields() | whole_fields())


def row() -> dict:
    """Return a message of a list: with full=1 it is whole, and so the fields of a text may be there."""
    found = thing(_("A message as a list tells of it; with full=1 it is whole."), row_fields())
    return found | {"properties": row_fields() | whole_fields()}


def page() -> dict:
    total = {
        "count": some("integer", _("Messages found, at most 10,000 of a search."), minimum=0),
        "is_exact": some("boolean", _("False: there are more.")),
    }
    return thing(
        _("A page of a list."),
        {
            "total": thing(_("How many there are on all pages; null where nobody has counted."), total)
            | {"type": ["object", "null"]},
            "next": address(_("The next page of older or less relevant messages; null on the last one."), MAYBE),
            "previous": address(_("The page before this one; null on the first."), MAYBE),
            "notes": several(_("What to know about this answer: sentences for people."), {"type": "string"}),
            "results": several(_("The messages."), {"$ref": "#/components/schemas/Row"}, maxItems=100),
        },
    )


def withdrawn_fields() -> dict:
    """Return what the problem document of a withdrawn message has beside the reason."""
    fields = row_fields()
    return {name: fields[name] for name in ("id", "number", "url", "published")} | {
        "withdrawn": moment(_("When it was withdrawn.")),
    }
