"""Public views of the counters. A hidden counter is a 404."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string

from core.cors import allow_any_origin
from counters.badges import Badge
from counters.models import Counter
from counters.serializers import counter_data
from editions.decorators import per_edition


@per_edition
def counter_list(request):
    """All public counters."""
    return render(request, "counters/index.html", {"counters": Counter.objects.of_edition(request.edition, request.at)})


@per_edition
def counter_detail(request, slug):
    """A counter, how it counts, and the code that embeds its badge."""
    found = Counter.objects.shown().filter(slug=slug).with_messages(request.at)
    if not found:
        raise Http404
    counter = found[0]
    return render(request, "counters/detail.html", {"counter": counter, "badge": Badge(counter.parts(request.at))})


@allow_any_origin
@per_edition(max_age=60)
def counter_json(request, slug):
    """A counter as JSON, for any site."""
    counter = get_object_or_404(Counter.objects.shown(), slug=slug)
    return JsonResponse(counter_data(counter, request.at), json_dumps_params={"ensure_ascii": False, "indent": 2})


@allow_any_origin
@per_edition(max_age=60)
def counter_badge(request, slug):
    """A counter as an SVG badge, for any site."""
    counter = get_object_or_404(Counter.objects.shown(), slug=slug)
    svg = render_to_string("counters/badge.svg", {"badge": Badge(counter.parts(request.at))})
    return HttpResponse(svg, "image/svg+xml; charset=utf-8")
