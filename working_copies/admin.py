"""WorkingCopyMixin: a ModelAdmin whose forms keep on the server what is typed, and offer it again."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse

from core.ids import is_valid_pk
from versions.admin.conflicts import draft_key
from working_copies.models import MAX_CLOSED, WorkingCopy
from working_copies.restoring import TypedDifference, hide_formset_errors, query_dict, restoring_form, typed_differences
from working_copies.views import WorkingCopyViews, posted_time

PARAMETER = "working_copy"  # of the form's URL: the key of the copy that the form is to open with
MAX_OFFERS = 3  # texts that a form offers, the newest


class Offer(NamedTuple):
    """A text that the form offers, and what it would change."""

    copy: WorkingCopy
    differences: list[TypedDifference]


class WorkingCopyMixin:
    """A ModelAdmin with working copies. Its model has `text_fields` and versions."""

    def get_urls(self):
        return [*WorkingCopyViews(self).urls(), *super().get_urls()]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "GET":
            request.restored_copy = chosen_copy(self, request, object_id)
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST" and getattr(request, "was_saved", False) and response.status_code == 302:
            close_saved_copy(self, request, object_id)
        return response

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        copy = getattr(request, "restored_copy", None)
        return restoring_form(form, copy.inputs) if copy else form

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        copy = getattr(request, "restored_copy", None)
        is_typed = copy and f"{prefix}-TOTAL_FORMS" in copy.inputs and inline.has_change_permission(request, obj)
        return kwargs | ({"data": query_dict(copy.inputs), "files": {}} if is_typed else {})

    def _create_formsets(self, request, obj, change):
        formsets, inlines = super()._create_formsets(request, obj, change)
        if getattr(request, "restored_copy", None):
            for formset in formsets:
                if formset.is_bound:
                    hide_formset_errors(formset)
        return formsets, inlines

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        response = super().render_change_form(request, context, add, change, form_url, obj)
        response.context_data.update(form_context(self, request, obj))
        return response


def copies_of_form(model_admin, request, pk: int | None):
    """Return the user's copies for the form of a row, or for the form that adds one."""
    return WorkingCopy.objects.of_form(request.user, model_admin.model, pk, request.at)


def chosen_copy(model_admin, request, object_id) -> WorkingCopy | None:
    """Return the copy that the URL of a form names; None where the user may no longer change the row."""
    key = request.GET.get(PARAMETER)
    if not key or (object_id is not None and not is_valid_pk(object_id)):
        return None
    copies = copies_of_form(model_admin, request, None if object_id is None else int(object_id))
    copy = copies.unsaved().filter(form_key=key).first()
    if copy is None or object_id is None:
        return copy
    row = model_admin.get_object(request, object_id)
    return copy if row and model_admin.has_change_permission(request, row) else None


def close_saved_copy(model_admin, request, object_id) -> None:
    """Erase the copy of a form that was saved."""
    if key := draft_key(request):
        WorkingCopy.objects.close(
            request.user,
            key,
            at=request.at,
            typed_at=posted_time(request),
            model=model_admin.opts.label_lower,
            object_id=int(object_id) if object_id else None,
        )


# The template's context


def form_context(model_admin, request, row) -> dict:
    """Return the template context: where the form sends its texts, those that it offers, and the one it shows."""
    restored = getattr(request, "restored_copy", None)
    context = {"working_copy_url": store_url(model_admin, row), "restored_copy": restored}
    if request.method != "GET":
        return context
    copies = copies_of_form(model_admin, request, row and row.pk)
    context["closed_copies"] = copies.closed()[:MAX_CLOSED]
    if restored:  # the form continues the one in which this was typed
        return context | {"version": restored.version, "draft_key": restored.form_key}
    offered = copies.unsaved()[:MAX_OFFERS]
    can_continue = row is None or model_admin.has_change_permission(request, row)
    return context | {
        "offers": [describe_offer(model_admin, request, copy, row, can_continue) for copy in offered],
        "can_continue": can_continue,
    }


def describe_offer(model_admin, request, copy: WorkingCopy, row, can_continue: bool) -> Offer:
    """Return an offer with the differences from the row, or from an empty one.

    The form of a row that the user may not change has no fields. Its texts are shown all the same, to be copied.
    """
    fields = {} if can_continue else {"fields": model_admin.model.text_fields}
    form_class = model_admin.get_form(request, row, change=bool(row) and can_continue, **fields)
    form = restoring_form(form_class, copy.inputs)(instance=row)
    return Offer(copy, typed_differences(form, row or model_admin.model()))


def store_url(model_admin, row) -> str:
    """Return the URL to which a form sends what is typed."""
    name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_working_copy"
    return reverse(name, args=[row.pk]) if row else reverse(f"{name}_new")
