"""API views of the counters, and their JSON Schema for the OpenAPI document."""

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from counters.models import Counter
from counters.serializers import facts
from editions.programs import data, for_programs


@for_programs
def counters(request):
    """All public counters."""
    found = Counter.objects.of_edition(request.edition, request.at)
    return data({"results": [with_ways(counter, request.at) for counter in found]})


@for_programs
def counter(request, slug):
    """A counter."""
    return data(with_ways(shown(slug, request.at), request.at))


def shown(slug: str, at) -> Counter:
    """Return the public counter with this slug; raise Http404 where there is none."""
    found = Counter.objects.shown().filter(slug=slug).with_messages(at)
    if not found:
        raise Http404
    return found[0]


def with_ways(counter: Counter, at) -> dict:
    """Return a counter with its slug and the URL of its message."""
    message = counter.public_message
    message_url = message and settings.SITE_URL + message.get_absolute_url()
    return {"slug": counter.slug, **facts(counter, at), "message_url": message_url}


def schema() -> dict:
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
