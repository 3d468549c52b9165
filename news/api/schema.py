"""JSON Schemas of messages and categories, and the list's parameters, for the OpenAPI document."""

from __future__ import annotations

from django.utils.translation import gettext as _

from news.api.parameters import PARAMETERS


def some(kind: str | list, description: str, **more) -> dict:
    """Return the schema of a field."""
    return {"type": kind, "description": description, **more}


def words(description: str, **more) -> dict:
    return some("string", description, **more)


def address(description: str, kind="string") -> dict:
    return some(kind, description, format="uri")


def moment(description: str) -> dict:
    return some("string", description, format="date-time")


def thing(description: str, properties: dict, kind: str | list = "object") -> dict:
    """Return the schema of an object with all these fields. Others are allowed, as fields may be added later."""
    return some(kind, description, required=list(properties), properties=properties)


def several(description: str, items: dict, **more) -> dict:
    return some("array", description, items=items, **more)


MAYBE = ["string", "null"]


def parameters() -> list[dict]:
    """Return the query parameters of the message list."""
    return [
        {
            "name": parameter.name,
            "in": "query",
            "description": str(parameter.description),
            "schema": parameter.schema,
            **({"example": parameter.example} if parameter.example else {}),
        }
        for parameter in PARAMETERS
    ]


def category_fields() -> dict:
    return {
        "slug": words(_("URL slug.")),
        "name": words(_("Name.")),
        "url": address(_("Web page URL.")),
    }


def category_with_ways() -> dict:
    urls = {
        "api_url": address(_("URL of its messages in this API.")),
        "atom_url": address(_("Atom feed URL.")),
        "json_feed_url": address(_("JSON Feed URL.")),
    }
    return thing(_("A category of messages."), category_fields() | urls)


def image() -> dict:
    rendition = thing(
        _("A size and format of the image."),
        {
            "url": address(_("File URL.")),
            "width": some("integer", _("Size in pixels.")),
            "type": words(_("Media type.")),
        },
    )
    percent = {"type": "integer", "minimum": 0, "maximum": 100}
    fields = {
        "url": address(_("URL of the original image.")),
        "width": some(["integer", "null"], _("Size in pixels.")),
        "height": some(["integer", "null"], _("Size in pixels.")),
        "alt": words(_("Alternative text; empty if the image is decorative.")),
        "credit": words(_("Photo credit.")),
        "focus": thing(_("Focal point, in percent from the left and the top."), {"x": percent, "y": percent}),
        "renditions": several(_("Available sizes and formats."), rendition),
    }
    return thing(_("The image of the message."), fields, ["object", "null"])


def row_fields() -> dict:
    source = {"name": some(MAYBE, _("Name.")), "url": address(_("URL of the original."), MAYBE)}
    return {
        "id": words(_("Permanent tag URI (RFC 4151), the same as in the feeds.")),
        "number": some("integer", _("ID in this API."), minimum=1),
        "url": address(_("Web page URL. If it changes, the old one redirects.")),
        "api_url": address(_("URL of the full message in this API.")),
        "headline": words(_("Headline.")),
        "lead": words(_("Paragraph under the headline; may be empty.")),
        "summary": words(_("The lead, or the first paragraph of the text if there is no lead.")),
        "language": words(_("Language (BCP 47).")),
        "category": thing(_("Category."), category_fields()),
        "published": moment(_("Time of publication.")),
        "modified": moment(_("Time of publication or of the last correction or restoration, not of typo fixes.")),
        "delivered_on": some(MAYBE, _("Date on which a speech was given, if different."), format="date"),
        "source": thing(_("Original publisher."), source, ["object", "null"]),
        "image": image(),
        "video_url": address(_("Video URL; the image is a still of it."), MAYBE),
    }


def whole_fields() -> dict:
    correction = {"at": moment(_("Time of the correction.")), "note": words(_("What was corrected."))}
    attachment = {
        "name": words(_("Title.")),
        "url": address(_("File URL.")),
        "size": some("integer", _("Size in bytes."), minimum=0),
        "type": words(_("Media type.")),
    }
    return {
        "body_html": words(_("Text as sanitised HTML with absolute URLs; may be empty.")),
        "corrections": several(_("Corrections, the oldest first."), thing(_("A correction."), correction)),
        "attachments": several(_("Attached files."), thing(_("A PDF."), attachment)),
        "citation": words(_("Citation.")),
    }


def message() -> dict:
    return thing(_("Full message."), row_fields() | whole_fields())


def row() -> dict:
    """Return the schema of a message in a list; the fields of the full message are optional, for full=1."""
    found = thing(_("Message summary; with full=1 the full message."), row_fields())
    return found | {"properties": row_fields() | whole_fields()}


def page() -> dict:
    total = {
        "count": some("integer", _("Number of messages; for a search 10,000 at most."), minimum=0),
        "is_exact": some("boolean", _("False if there are more.")),
    }
    return thing(
        _("A page of a list."),
        {
            "total": thing(_("Number on all pages; null if not counted."), total) | {"type": ["object", "null"]},
            "next": address(_("URL of the next page; null on the last one."), MAYBE),
            "previous": address(_("URL of the previous page; null on the first one."), MAYBE),
            "notes": several(_("Remarks on this response, for people."), {"type": "string"}),
            "results": several(_("Messages."), {"$ref": "#/components/schemas/Row"}, maxItems=100),
        },
    )


def withdrawn_fields() -> dict:
    """Return the fields that the problem document of a withdrawn message has in addition."""
    fields = row_fields()
    return {name: fields[name] for name in ("id", "number", "url", "published")} | {
        "withdrawn": moment(_("Time of withdrawal.")),
    }
