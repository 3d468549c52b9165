"""The OpenAPI 3.1 document: paths, parameters and responses of the API."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api import counters
from api.messages import schema
from core.site_urls import absolute_url

API_VERSION = "1.1.0"  # semantic version of the API: a new field or parameter raises the minor number
ETAG_HEADER = {
    "ETag": {"description": "Send it as If-None-Match to ask whether the response has changed.", "required": True}
}
LINK_HEADER = {"Link": {"description": "The next and previous page, rel=next and rel=prev (RFC 8288)."}}

TAG_DESCRIPTIONS = {
    "messages": gettext_lazy("What the press office publishes."),
    "categories": gettext_lazy("Categories of messages."),
    "counters": gettext_lazy("Days since an incident."),
}
OPERATIONS_OF_TAG = {
    "messages": ("Message", "Messages"),
    "categories": ("Categories",),
    "counters": ("Counter", "Counters"),
}
CONDITIONAL_REQUESTS = gettext_lazy("Responds with 304 to a request with If-None-Match if nothing has changed.")


def openapi_document() -> dict:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings.EMBASSY_NAME,
            "version": API_VERSION,
            "summary": _("Read-only access to everything that the press office publishes."),
            "description": _(
                "Public, from any origin, without a key. Responses are up to date to the second; poll with "
                "If-None-Match. Documentation: %s/api/."
            )
            % settings.SITE_URL,
            "contact": {"name": settings.EMBASSY_NAME, "url": absolute_url(reverse("consular:contact"))},
            # Of the software. The embassy states the terms for its texts on its pages.
            "license": {"name": "BSD 3-Clause", "identifier": "BSD-3-Clause"},
        },
        "security": [],  # no key
        "tags": [{"name": name, "description": str(text)} for name, text in TAG_DESCRIPTIONS.items()],
        "servers": [{"url": settings.SITE_URL}],
        "paths": path_items(),
        "components": {"schemas": component_schemas(), "responses": component_responses()},
    }


def path_items() -> dict:
    return {
        "/api/messages/": get_operation(
            "listMessages",
            _("List messages, the newest first, or search them with q."),
            "Page",
            schema.list_parameters(),
            headers=LINK_HEADER,
            errors=(400, 404, 503),
        ),
        "/api/messages/{number}/": get_operation(
            "getMessage",
            _("Get a message with its text."),
            "Message",
            [path_parameter("number", {"type": "integer", "minimum": 1}, _("ID of the message, see the list."))],
            errors=(404, 410),
        ),
        "/api/categories/": get_operation(
            "listCategories", _("List categories, in the order of the menu."), "Categories"
        ),
        "/api/counters/": get_operation("listCounters", _("List counters, in the order of the site."), "Counters"),
        "/api/counters/{slug}/": get_operation(
            "getCounter",
            _("Get a counter."),
            "Counter",
            [
                path_parameter(
                    "slug", {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,80}$"}, _("URL slug of the counter.")
                )
            ],
            errors=(404,),
        ),
    }


def get_operation(name, summary, schema_name, parameters=(), headers=None, errors=()) -> dict:
    """Return the path item of a URL that responds to GET."""
    tag = next(tag for tag, words in OPERATIONS_OF_TAG.items() if name.endswith(words))
    found = {
        "description": summary,
        "headers": {
            key: value | {"schema": {"type": "string"}} for key, value in (ETAG_HEADER | (headers or {})).items()
        },
        "content": {"application/json": {"schema": schema_reference("schemas", schema_name)}},
    }
    statuses = sorted({400, *errors})
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "description": f"{summary} {CONDITIONAL_REQUESTS}",
            "tags": [tag],
            "parameters": list(parameters),
            "responses": {
                "200": found,
                **{
                    str(status): schema_reference("responses", "Withdrawn" if status == 410 else "Problem")
                    for status in statuses
                },
                "default": schema_reference("responses", "Problem"),
            },
        }
    }


def path_parameter(name, form, description) -> dict:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": form}


def schema_reference(kind, name) -> dict:
    return {"$ref": f"#/components/{kind}/{name}"}


def component_schemas() -> dict:
    return {
        "Page": schema.page_schema(),
        "Row": schema.summary_schema(),
        "Message": schema.message_schema(),
        "Category": schema.category_schema(),
        "Categories": list_schema("Category"),
        "Counter": counters.counter_schema(),
        "Counters": list_schema("Counter"),
        "Problem": problem_schema(),
        "Withdrawn": withdrawn_schema(),
    }


def list_schema(name) -> dict:
    return schema.object_schema(
        _("All objects."), {"results": {"type": "array", "items": schema_reference("schemas", name)}}
    )


def problem_schema() -> dict:
    """Return the schema of a problem document (RFC 9457)."""
    statuses = [status.value for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST]
    fields = {
        "type": schema.text_field(_("Always about:blank; the status identifies the problem.")),
        "title": schema.text_field(_("Name of the HTTP status.")),
        "status": schema.field_schema("integer", _("HTTP status."), minimum=min(statuses), maximum=599),
        "detail": schema.text_field(_("The problem and how to solve it.")),
    }
    found = schema.object_schema(_("An error."), fields)
    found["properties"] = fields | {"parameter": schema.text_field(_("The parameter with the error."))}
    return found


def withdrawn_schema() -> dict:
    found = problem_schema()
    fields = schema.withdrawn_fields()
    found["description"] = _("Notice of a withdrawn message; detail is the reason.")
    return found | {"required": [*found["required"], *fields], "properties": found["properties"] | fields}


def component_responses() -> dict:
    kind = "application/problem+json"
    return {
        name: {"description": text, "content": {kind: {"schema": schema_reference("schemas", name)}}}
        for name, text in (
            ("Problem", _("An error (RFC 9457).")),
            ("Withdrawn", _("The message was withdrawn.")),
        )
    }
