"""API views of messages and categories."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from editions.programs import Problem, data, for_programs
from news.api import facts
from news.api.asked import Asked
from news.api.listing import page_of
from news.api.parameters import KNOWN
from news.models import Category, Message

LONGEST_NUMBER = 18  # digits of an id that fits both databases


@for_programs(known=KNOWN, unkept=("q",))
def messages(request):
    """A page of messages, the newest or the most relevant first."""
    asked = Asked.from_query(request.GET)
    page = page_of(asked, request.at, request.edition)
    serialize = facts.whole if asked.in_full else facts.row
    found = {
        "total": page.total,
        "next": page.next,
        "previous": page.previous,
        "notes": page.notes,
        "results": [serialize(message) for message in page.rows],
    }
    return data(found, {"next": page.next, "prev": page.previous})


@for_programs
def message(request, number):
    """A message; where it was withdrawn, a problem document with the notice."""
    if not number.isascii() or not number.isdigit() or len(number) > LONGEST_NUMBER:
        raise Http404
    found = get_object_or_404(Message.objects.visible_or_withdrawn(request.at).for_detail(), pk=int(number))
    if found.withdrawn_at:
        raise Problem(found.withdrawn_reason, 410, **facts.withdrawn(found))
    return data(facts.whole(found))


@for_programs
def categories(request):
    """The categories, in the order of the menu."""
    return data({"results": [facts.category_with_ways(found) for found in Category.objects.all()]})
