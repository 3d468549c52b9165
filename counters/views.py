"""Public views of the counters. A hidden counter is a 404."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string

from counters.badges import Badge
from counters.models import Counter
from counters.serializers import facts
from editions.decorators import per_edition
from editions.others import for_others


@per_edition
def index(request):
    """All public counters."""
    return render(request, "counters/index.html", {"counters": Counter.objects.of_edition(request.edition, request.at)})


@per_edition
def detail(request, slug):
    """A counter, how it counts, and the code that embeds its badge."""
    found = Counter.objects.shown().filter(slug=slug).with_messages(request.at)
    if not found:
        raise Http404
    counter = found[0]
    return render(request, "counters/detail.html", {"counter": counter, "badge": Badge(counter.parts(request.at))})


@for_others
@per_edition(keep=60)
def data(request, slug):
    """A counter as JSON, for any site."""
    counter = get_object_or_404(Counter.objects.shown(), slug=slug)
    return JsonResponse(facts(counter, request.at), json_dumps_params={"ensure_ascii": False, "indent": 2})


@for_others
@per_edition(keep=60)
def badge(request, slug):
    """A counter as an SVG badge, for any site."""
    counter = get_object_or_404(Counter.objects.shown(), slug=slug)
    svg = render_to_string("counters/badge.svg", {"badge": Badge(counter.parts(request.at))})
    return HttpResponse(svg, "image/svg+xml; charset=utf-8")
