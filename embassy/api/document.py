"""The OpenAPI 3.1 document: paths, parameters and responses of the API."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters import api as counters
from news.api import schema

VERSION = "1.0.0"  # semantic version of the API: a new field or parameter raises the minor number
TAG = {"ETag": {"description": "Send it as If-None-Match to ask whether the response has changed.", "required": True}}
LINK = {"Link": {"description": "The next and previous page, rel=next and rel=prev (RFC 8288)."}}

TAGS = {
    "messages": gettext_lazy("What the press office publishes."),
    "categories": gettext_lazy("Categories of messages."),
    "counters": gettext_lazy("Days since an incident."),
}
OF_TAG = {"messages": ("Message", "Messages"), "categories": ("Categories",), "counters": ("Counter", "Counters")}
ASK_AGAIN = gettext_lazy("Responds with 304 to a request with If-None-Match if nothing has changed.")


def document() -> dict:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings.EMBASSY_NAME,
            "version": VERSION,
            "summary": _("Read-only access to what the press office publishes."),
            "description": _(
                "Public, from any origin, without a key. Responses are up to date to the second; poll with "
                "If-None-Match. Documentation: %s/api/."
            )
            % settings.SITE_URL,
            "contact": {"name": settings.EMBASSY_NAME, "url": settings.SITE_URL + reverse("consular:contact")},
            # Of the software. The embassy states the terms for its texts on its pages.
            "license": {"name": "BSD 3-Clause", "identifier": "BSD-3-Clause"},
        },
        "security": [],  # no key
        "tags": [{"name": name, "description": str(text)} for name, text in TAGS.items()],
        "servers": [{"url": settings.SITE_URL}],
        "paths": paths(),
        "components": {"schemas": schemas(), "responses": responses()},
    }


def paths() -> dict:
    return {
        "/api/messages/": operation(
            "listMessages",
            _("List messages, the newest first, or search them with q."),
            "Page",
            schema.parameters(),
            headers=LINK,
            errors=(400, 404, 503),
        ),
        "/api/messages/{number}/": operation(
            "getMessage",
            _("Get a message with its text."),
            "Message",
            [of_path("number", {"type": "integer", "minimum": 1}, _("ID of the message, see the list."))],
            errors=(404, 410),
        ),
        "/api/categories/": operation("listCategories", _("List categories, in the order of the menu."), "Categories"),
        "/api/counters/": operation("listCounters", _("List counters, in the order of the site."), "Counters"),
        "/api/counters/{slug}/": operation(
            "getCounter",
            _("Get a counter."),
            "Counter",
            [of_path("slug", {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,80}$"}, _("URL slug of the counter."))],
            errors=(404,),
        ),
    }


def operation(name, summary, schema_name, parameters=(), headers=None, errors=()) -> dict:
    """Return the path item of a URL that responds to GET."""
    tag = next(tag for tag, words in OF_TAG.items() if name.endswith(words))
    found = {
        "description": summary,
        "headers": {key: value | {"schema": {"type": "string"}} for key, value in (TAG | (headers or {})).items()},
        "content": {"application/json": {"schema": ref("schemas", schema_name)}},
    }
    statuses = sorted({400, *errors})
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "description": f"{summary} {ASK_AGAIN}",
            "tags": [tag],
            "parameters": list(parameters),
            "responses": {
                "200": found,
                **{str(status): ref("responses", "Withdrawn" if status == 410 else "Problem") for status in statuses},
                "default": ref("responses", "Problem"),
            },
        }
    }


def of_path(name, form, description) -> dict:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": form}


def ref(kind, name) -> dict:
    return {"$ref": f"#/components/{kind}/{name}"}


def schemas() -> dict:
    return {
        "Page": schema.page(),
        "Row": schema.row(),
        "Message": schema.message(),
        "Category": schema.category_with_ways(),
        "Categories": results("Category"),
        "Counter": counters.schema(),
        "Counters": results("Counter"),
        "Problem": problem(),
        "Withdrawn": withdrawn(),
    }


def results(name) -> dict:
    return schema.thing(_("All objects."), {"results": {"type": "array", "items": ref("schemas", name)}})


def problem() -> dict:
    """Return the schema of a problem document (RFC 9457)."""
    statuses = [status.value for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST]
    fields = {
        "type": schema.words(_("Always about:blank; the status identifies the problem.")),
        "title": schema.words(_("Name of the HTTP status.")),
        "status": schema.some("integer", _("HTTP status."), minimum=min(statuses), maximum=599),
        "detail": schema.words(_("What is wrong and what to do.")),
    }
    found = schema.thing(_("An error."), fields)
    found["properties"] = fields | {"parameter": schema.words(_("The parameter with the error."))}
    return found


def withdrawn() -> dict:
    found = problem()
    fields = schema.withdrawn_fields()
    found["description"] = _("Notice of a withdrawn message; detail is the reason.")
    return found | {"required": [*found["required"], *fields], "properties": found["properties"] | fields}


def responses() -> dict:
    kind = "application/problem+json"
    return {
        name: {"description": text, "content": {kind: {"schema": ref("schemas", name)}}}
        for name, text in (
            ("Problem", _("An error (RFC 9457).")),
            ("Withdrawn", _("The message was withdrawn.")),
        )
    }
