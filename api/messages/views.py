"""API views of messages and categories."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from api.messages import serializers
from api.messages.pagination import get_page
from api.messages.params import ListParams
from api.messages.parsers import PARAMETER_NAMES
from editions.json_api import ProblemDetail, api_view, json_response
from news.models import Category, Message

MAX_ID_DIGITS = 18  # digits of an id that fits both databases


@api_view(params=PARAMETER_NAMES, uncached_params=("q",))
def message_list(request):
    """A page of messages, the newest or the most relevant first."""
    asked = ListParams.from_query(request.GET)
    page = get_page(asked, request.at, request.edition)
    serialize = serializers.message_detail if asked.in_full else serializers.message_summary
    found = {
        "total": page.total,
        "next": page.next,
        "previous": page.previous,
        "notes": page.notes,
        "results": [serialize(message) for message in page.rows],
    }
    return json_response(found, {"next": page.next, "prev": page.previous})


@api_view
def message_detail(request, number):
    """A message; where it was withdrawn, a problem document with the notice."""
    if not number.isascii() or not number.isdigit() or len(number) > MAX_ID_DIGITS:
        raise Http404
    found = get_object_or_404(Message.objects.visible_or_withdrawn(request.at).for_detail(), pk=int(number))
    if found.withdrawn_at:
        raise ProblemDetail(found.withdrawn_reason, 410, **serializers.withdrawn_notice(found))
    return json_response(serializers.message_detail(found))


@api_view
def category_list(request):
    """The categories, in the order of the menu."""
    return json_response({"results": [serializers.category_detail(found) for found in Category.objects.all()]})
