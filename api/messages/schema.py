"""JSON Schemas of messages and categories, and the list's parameters, for the OpenAPI document."""

from __future__ import annotations

from django.utils.translation import gettext as _

from api.messages.parsers import PARAMETERS
from news.models import Correction


def field_schema(kind: str | list, description: str, **more) -> dict:
    """Return the schema of a field."""
    return {"type": kind, "description": description, **more}


def text_field(description: str, **more) -> dict:
    return field_schema("string", description, **more)


def url_field(description: str, kind="string") -> dict:
    return field_schema(kind, description, format="uri")


def datetime_field(description: str) -> dict:
    return field_schema("string", description, format="date-time")


def object_schema(description: str, properties: dict, kind: str | list = "object") -> dict:
    """Return the schema of an object with all these fields. Others are allowed, as fields may be added later."""
    return field_schema(kind, description, required=list(properties), properties=properties)


def array_schema(description: str, items: dict, **more) -> dict:
    return field_schema("array", description, items=items, **more)


OPTIONAL_TEXT = ["string", "null"]


def list_parameters() -> list[dict]:
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
        "slug": text_field(_("URL slug.")),
        "name": text_field(_("Name.")),
        "url": url_field(_("Web page URL.")),
    }


def category_schema() -> dict:
    urls = {
        "api_url": url_field(_("URL of its messages in this API.")),
        "atom_url": url_field(_("Atom feed URL.")),
        "json_feed_url": url_field(_("JSON Feed URL.")),
    }
    return object_schema(_("A category of messages."), category_fields() | urls)


def image_schema() -> dict:
    rendition = object_schema(
        _("A size and format of the image."),
        {
            "url": url_field(_("File URL.")),
            "width": field_schema("integer", _("Size in pixels.")),
            "type": text_field(_("Media type.")),
        },
    )
    percent = {"type": "integer", "minimum": 0, "maximum": 100}
    fields = {
        "url": url_field(_("URL of the original image.")),
        "width": field_schema(["integer", "null"], _("Size in pixels.")),
        "height": field_schema(["integer", "null"], _("Size in pixels.")),
        "alt": text_field(_("Alternative text; empty if the image is decorative.")),
        "credit": text_field(_("Photo credit.")),
        "focus": object_schema(_("Focal point, in percent from the left and the top."), {"x": percent, "y": percent}),
        "renditions": array_schema(_("Available sizes and formats."), rendition),
    }
    return object_schema(_("The image of the message."), fields, ["object", "null"])


def summary_fields() -> dict:
    source = {
        "name": field_schema(OPTIONAL_TEXT, _("Name.")),
        "url": url_field(_("URL of the original."), OPTIONAL_TEXT),
    }
    return {
        "id": text_field(_("Permanent tag URI (RFC 4151), the same as in the feeds.")),
        "number": field_schema("integer", _("ID in this API."), minimum=1),
        "url": url_field(_("Web page URL. If it changes, the old one redirects.")),
        "api_url": url_field(_("URL of the full message in this API.")),
        "headline": text_field(_("Headline.")),
        "lead": text_field(_("Paragraph under the headline; may be empty.")),
        "summary": text_field(_("The lead, or the first paragraph of the text if there is no lead.")),
        "language": text_field(_("Language (BCP 47).")),
        "category": object_schema(_("Category."), category_fields()),
        "published": datetime_field(_("Time of publication.")),
        "modified": datetime_field(
            _("Time of publication or of the last correction or restoration, not of typo fixes.")
        ),
        "delivered_on": field_schema(
            OPTIONAL_TEXT, _("Date on which a speech was given, if different."), format="date"
        ),
        "source": object_schema(_("Original publisher."), source, ["object", "null"]),
        "image": image_schema(),
        "video_url": url_field(_("Video URL; the image is a still of it."), OPTIONAL_TEXT),
    }


def detail_fields() -> dict:
    correction = {
        "kind": text_field(
            _("“correction” if the text was wrong, “update” if the facts have changed since."),
            enum=Correction.Kind.values,
        ),
        "at": datetime_field(_("Time of the correction.")),
        "note": text_field(_("What was wrong, or what has changed.")),
        "earlier_url": url_field(
            _("Web page with the text before, with the changed words marked; null if it is not shown."), OPTIONAL_TEXT
        ),
    }
    attachment = {
        "name": text_field(_("Title.")),
        "url": url_field(_("File URL.")),
        "size": field_schema("integer", _("Size in bytes."), minimum=0),
        "type": text_field(_("Media type.")),
    }
    return {
        "body_html": text_field(_("Text as sanitised HTML with absolute URLs; may be empty.")),
        "corrections": array_schema(
            _("Corrections and updates, the oldest first."), object_schema(_("A correction."), correction)
        ),
        "attachments": array_schema(_("Attached files."), object_schema(_("A PDF."), attachment)),
        "citation": text_field(_("Citation.")),
    }


def message_schema() -> dict:
    return object_schema(_("Full message."), summary_fields() | detail_fields())


def summary_schema() -> dict:
    """Return the schema of a message in a list; the fields of the full message are optional, for full=1."""
    found = object_schema(_("Message summary; with full=1 the full message."), summary_fields())
    return found | {"properties": summary_fields() | detail_fields()}


def page_schema() -> dict:
    total = {
        "count": field_schema("integer", _("Number of messages; for a search 10,000 at most."), minimum=0),
        "is_exact": field_schema("boolean", _("False if there are more.")),
    }
    return object_schema(
        _("A page of a list."),
        {
            "total": object_schema(_("Number on all pages; null if not counted."), total)
            | {"type": ["object", "null"]},
            "next": url_field(_("URL of the next page; null on the last one."), OPTIONAL_TEXT),
            "previous": url_field(_("URL of the previous page; null on the first one."), OPTIONAL_TEXT),
            "notes": array_schema(_("Remarks on this response, for people."), {"type": "string"}),
            "results": array_schema(_("Messages."), {"$ref": "#/components/schemas/Row"}, maxItems=100),
        },
    )


def withdrawn_fields() -> dict:
    """Return the fields that the problem document of a withdrawn message has in addition."""
    fields = summary_fields()
    return {name: fields[name] for name in ("id", "number", "url", "published")} | {
        "withdrawn": datetime_field(_("Time of withdrawal.")),
    }
