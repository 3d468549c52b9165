"""The counters for programs: all of them, one; and how the OpenAPI document tells of them."""

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _

from counters.models import Counter
from editions.programs import data, for_programs


@for_programs
def counters(request):
    """All counters, in the order of the staff."""
    found = Counter.objects.of_edition(request.edition, request.at)
    return data({"results": [with_ways(counter, request.at) for counter in found]})


@for_programs
def counter(request, slug):
    """One counter."""
    return data(with_ways(shown(slug, request.at), request.at))


def shown(slug: str, at) -> Counter:
    """Return the counter at an address; raise Http404 where none is shown."""
    found = Counter.objects.shown().filter(slug=slug).with_messages(at)
    if not found:
        raise Http404
    return found[0]


def facts(counter: Counter, at) -> dict:
    """Return what a counter says at the moment `at`, and how it counts."""
    turns = counter.turns(at)
    return {
        "incident": counter.incident,
        "sentence": counter.sentence(at),
        "days": counter.days(at),
        "since": counter.since.isoformat(),
        "until": counter.until and counter.until.isoformat(),
        "time_zone": counter.zone.key,
        "turns": turns and turns.isoformat(),
        "url": settings.SITE_URL + counter.get_absolute_url(),
    }


def with_ways(counter: Counter, at) -> dict:
    """Return a counter with its name in addresses, and with the message that tells the story."""
    message = counter.public_message
    story = message and settings.SITE_URL + message.get_absolute_url()
    return {"slug": counter.slug, **facts(counter, at), "message_url": story}


def schema() -> dict:
    """Return what a counter is, as JSON Schema."""
    day = {"type": "string", "format": "date"}
    fields = {
        "slug": {"type": "string", "description": _("Its name in addresses.")},
        "incident": {"type": "string", "description": _("What happened.")},
        "sentence": {"type": "string", "description": _("What the page says, with the number in it.")},
        "days": {"type": "integer", "minimum": 0, "description": _("Days passed; the day it began is day 0.")},
        "since": day | {"description": _("The day it began.")},
        "until": day | {"type": ["string", "null"], "description": _("The day from which the number stays.")},
        "time_zone": {"type": "string", "description": _("Whose midnight makes it one more (IANA name).")},
        "turns": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": _("When it next becomes one more; null once it has stopped."),
        },
        "url": {"type": "string", "format": "uri", "description": _("Its page.")},
        "message_url": {
            "type": ["string", "null"],
            "format": "uri",
            "description": _("The message that tells the story, where one is public."),
        },
    }
    says = _("Days since a date, in a named time zone.")
    return {"type": "object", "description": says, "required": list(fields), "properties": fields}
