"""Patterns: a new message that begins with the text of another one. Nothing is saved before the officer saves it."""

from django.contrib import messages
from django.http import Http404
from django.utils.translation import gettext as _

from core.ids import is_valid_pk
from news.visibility import can_be_limited

PARAMETER = "pattern"  # of the add form's URL: the id of a message
COPIED_FIELDS = ["headline", "lead", "body", "category", "language", "source_name", "source_url"]


def initial_values(model_admin, request) -> dict:
    """Return the initial values of a new message from the pattern that the URL names; {} without one.

    Raise Http404 where the user may not see the pattern. The copy of a limited draft is limited to the same people.
    """
    pk = request.GET.get(PARAMETER)
    if not pk:
        return {}
    pattern = model_admin.get_object(request, pk) if is_valid_pk(pk) else None
    if pattern is None or not model_admin.has_view_permission(request, pattern):
        raise Http404
    values = {name: pattern._meta.get_field(name).value_from_object(pattern) for name in COPIED_FIELDS}
    named = pattern.limited_to.values_list("pk", flat=True) if can_be_limited(pattern, request.at) else ()
    if named:
        values["limited_to"] = [*named, request.user.pk]
    text = _("This is a copy of “%(headline)s”, without its image and attachments. It is not saved yet.")
    messages.info(request, text % {"headline": pattern.headline})
    return values
