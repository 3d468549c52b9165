"""The OpenAPI document: every address of the API, what it takes and what it answers."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counters import api as counters
from news.api import schema

VERSION = "1.0.0"  # of the API: the second number moves with a new field or parameter, the first never, if we can help
TAG = {"ETag": {"description": "By it, a program asks whether anything has changed (If-None-Match).", "required": True}}
LINK = {"Link": {"description": "The pages beside this one, rel=next and rel=prev (RFC 8288)."}}

TAGS = {
    "messages": gettext_lazy("What the press office publishes."),
    "categories": gettext_lazy("The kinds of messages."),
    "counters": gettext_lazy("How many days have passed since an incident."),
}
OF_TAG = {"messages": ("Message", "Messages"), "categories": ("Categories",), "counters": ("Counter", "Counters")}
ASK_AGAIN = gettext_lazy("An answer that has not changed since is 304 to a request with If-None-Match.")


def document() -> dict:
    """Return the document (OpenAPI 3.1)."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings.EMBASSY_NAME,
            "version": VERSION,
            "summary": _("What the press office publishes, to read."),
            "description": _(
                "Everybody may read, from any site, without a key. Answers are true to the second; ask again with "
                "If-None-Match. How to use it is told at %s/api/."
            )
            % settings.SITE_URL,
            "contact": {"name": settings.EMBASSY_NAME, "url": settings.SITE_URL + reverse("consular:contact")},
            # Of the software that answers. What the texts may be used for, the embassy says on its pages.
            "license": {"name": "BSD 3-Clause", "identifier": "BSD-3-Clause"},
        },
        "security": [],  # nobody needs a key
        "tags": [{"name": name, "description": str(says)} for name, says in TAGS.items()],
        "servers": [{"url": settings.SITE_URL}],
        "paths": paths(),
        "components": {"schemas": schemas(), "responses": responses()},
    }


def paths() -> dict:
    return {
        "/api/messages/": operation(
            "listMessages",
            _("Messages, the newest first; with q those that are found."),
            "Page",
            schema.parameters(),
            headers=LINK,
            others=(400, 404, 503),
        ),
        "/api/messages/{number}/": operation(
            "getMessage",
            _("A message, whole."),
            "Message",
            [of_path("number", {"type": "integer", "minimum": 1}, _("Its number, as the list tells it."))],
            others=(404, 410),
        ),
        "/api/categories/": operation("listCategories", _("The categories, in the order of the menu."), "Categories"),
        "/api/counters/": operation("listCounters", _("The counters, in the order of the staff."), "Counters"),
        "/api/counters/{slug}/": operation(
            "getCounter",
            _("A counter."),
            "Counter",
            [of_path("slug", {"type": "string", "pattern": "^[-a-zA-Z0-9_]{1,80}$"}, _("Its name in addresses."))],
            others=(404,),
        ),
    }


def operation(name, says, answer, parameters=(), headers=None, others=()) -> dict:
    """Return what GET does at an address."""
    tag = next(tag for tag, words in OF_TAG.items() if name.endswith(words))
    found = {
        "description": says,
        "headers": {key: value | {"schema": {"type": "string"}} for key, value in (TAG | (headers or {})).items()},
        "content": {"application/json": {"schema": ref("schemas", answer)}},
    }
    statuses = sorted({400, *others})
    return {
        "get": {
            "operationId": name,
            "summary": says,
            "description": f"{says} {ASK_AGAIN}",
            "tags": [tag],
            "parameters": list(parameters),
            "responses": {
                "200": found,
                **{str(status): ref("responses", "Withdrawn" if status == 410 else "Problem") for status in statuses},
                "default": ref("responses", "Problem"),
            },
        }
    }


def of_path(name, form, says) -> dict:
    return {"name": name, "in": "path", "required": True, "description": says, "schema": form}


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
    return schema.thing(_("All of them."), {"results": {"type": "array", "items": ref("schemas", name)}})


def problem() -> dict:
    """Return what a problem document has (RFC 9457)."""
    statuses = [status.value for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST]
    fields = {
        "type": schema.words(_("Always about:blank: the status says which kind it is.")),
        "title": schema.words(_("The name of the status.")),
        "status": schema.some("integer", _("The HTTP status."), minimum=min(statuses), maximum=599),
        "detail": schema.words(_("A sentence for people: what to do.")),
    }
    found = schema.thing(_("Why there is no answer."), fields)
    found["properties"] = fields | {"parameter": schema.words(_("The parameter that it is about."))}
    return found


def withdrawn() -> dict:
    found = problem()
    fields = schema.withdrawn_fields()
    found["description"] = _("The notice of a message that was withdrawn: detail is the reason.")
    return found | {"required": [*found["required"], *fields], "properties": found["properties"] | fields}


def responses() -> dict:
    kind = "application/problem+json"
    return {
        name: {"description": says, "content": {kind: {"schema": ref("schemas", name)}}}
        for name, says in (
            ("Problem", _("Why there is no answer (RFC 9457).")),
            ("Withdrawn", _("The message was withdrawn.")),
        )
    }
