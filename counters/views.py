"""What the public sees of the counters. A counter that is not shown answers like an unknown address."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string

from counters.api import facts
from counters.badges import Badge
from counters.models import Counter
from editions.decorators import per_edition
from editions.others import for_others


@per_edition
def index(request):
    """All counters, in the order of the staff."""
    return render(request, "counters/index.html", {"counters": Counter.objects.of_edition(request.edition, request.at)})


@per_edition
def detail(request, slug):
    """One counter, how it counts, and what to copy to show it elsewhere."""
    found = Counter.objects.shown().filter(slug=slug).with_messages(request.at)
    if not found:
        raise Http404
    counter = found[0]
    return render(request, "counters/detail.html", {"counter": counter, "badge": Badge(counter.parts(request.at))})


@for_others
@per_edition(max_age=60)
def data(request, slug):
    """One counter as data, for anybody's page."""
    found = facts(get_object_or_404(Counter.objects.shown(), slug=slug), request.at)
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})


@for_others
@per_edition(max_age=60)
def badge(request, slug):
    """One counter as a picture, for anybody's page."""
    counter = get_object_or_404(Counter.objects.shown(), slug=slug)
    picture = render_to_string("counters/badge.svg", {"badge": Badge(counter.parts(request.at))})
    return HttpResponse(picture, "image/svg+xml; charset=utf-8")
