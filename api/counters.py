"""API views of the counters, and their JSON Schema for the OpenAPI document."""

from django.http import Http404
from django.utils.translation import gettext as _

from core.site_urls import absolute_url
from counters.models import Counter
from counters.serializers import counter_data
from editions.json_api import api_view, json_response


@api_view
def counter_list(request):
    """All public counters."""
    found = Counter.objects.of_edition(request.edition, request.at)
    return json_response({"results": [counter_with_message(counter, request.at) for counter in found]})


@api_view
def counter_detail(request, slug):
    """A counter."""
    return json_response(counter_with_message(get_public_counter(slug, request.at), request.at))


def get_public_counter(slug: str, at) -> Counter:
    """Return the public counter with this slug; raise Http404 where there is none."""
    found = Counter.objects.shown().filter(slug=slug).with_messages(at)
    if not found:
        raise Http404
    return found[0]


def counter_with_message(counter: Counter, at) -> dict:
    """Return a counter with its slug and the URL of its message."""
    message = counter.public_message
    message_url = message and absolute_url(message.get_absolute_url())
    return {"slug": counter.slug, **counter_data(counter, at), "message_url": message_url}


def counter_schema() -> dict:
    """Return the JSON Schema of a counter."""
    day = {"type": "string", "format": "date"}
    fields = {
        "slug": {"type": "string", "description": _("URL slug.")},
        "incident": {"type": "string", "description": _("The incident.")},
        "sentence": {"type": "string", "description": _("The sentence with the number.")},
        "days": {"type": "integer", "minimum": 0, "description": _("Days passed; the day of the incident is day 0.")},
        "since": day | {"description": _("Date of the incident.")},
        "until": day | {"type": ["string", "null"], "description": _("Date on which the count stops.")},
        "time_zone": {"type": "string", "description": _("Time zone whose midnight advances the count (IANA name).")},
        "turns": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": _("Next time at which the number goes up; null once it has stopped."),
        },
        "url": {"type": "string", "format": "uri", "description": _("Web page URL.")},
        "message_url": {
            "type": ["string", "null"],
            "format": "uri",
            "description": _("URL of the message about the incident, if it is public."),
        },
    }
    description = _("Days since a date, in a named time zone.")
    return {"type": "object", "description": description, "required": list(fields), "properties": fields}
