"""Edit conflicts (optimistic locking): a save over a version that the user has not seen is refused, and merged.

The form carries the number of the version that it was opened with. Where a newer one exists, `three_way_merge` compares
each field three ways, and the form is shown again: with what only the other user has changed filled in, and with both
texts side by side where this user has changed it. A rich text that both have changed is merged by paragraph, and each
paragraph that both have changed is asked (`text_merge`). What is merged is saved by the next press of the button.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.admin.views import AdminViews
from core.admin.workflow_forms import rewind_files
from core.ids import is_valid_pk
from versions.admin.child_formsets import posted_texts
from versions.admin.text_merge import TextMerge, merge_texts
from versions.admin.three_way_merge import EditConflict, find_conflict, last_saved_by

DRAFT_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)  # the browser's key for unsaved text
SAVED_COOKIE = "desk_saved"


class StaleVersion(Exception):
    """Another user has saved the row between the validation of the form and its save."""


def newest_version(model, pk) -> str:
    """Return the number of a row's newest version as a form carries it; "0" without versions."""
    return str(model.history.filter(**{model._meta.pk.attname: pk}).aggregate(newest=Max("history_id"))["newest"] or 0)


# Form and view


class ConflictFormMixin:
    """A form that is invalid, with a `conflict`, where another user has saved since it was opened."""

    conflict = None
    is_newest = False  # the form has all of the newest version: its next save is no conflict
    request = None

    @property
    def child_formsets(self):
        """Return the formsets of child rows that are part of the row's versions (`ChildFormsets`), or None."""
        return getattr(self.request, "child_formsets", None)

    def clean(self):
        newest = getattr(self.request, "newest_version", None)  # None for a preview, which saves nothing
        opened = self.data.get("version")
        is_stale = bool(self.instance.pk and newest and opened and newest != opened)
        texts = merge_texts(self, opened, newest) if is_stale else []
        for text in texts:
            text.write_into(self)
        cleaned = super().clean()  # its checks read the merged texts
        if is_stale:
            self.find_conflict(opened, newest, texts)
        return cleaned

    def find_conflict(self, opened: str, newest: str, texts: list[TextMerge]) -> None:
        """Set the conflict with the newest version, and its error, unless the user has seen it and answered."""
        if self.data.get("overwrite") == newest and all(text.is_settled for text in texts):
            self.is_newest = True
            return
        conflict = find_conflict(self, opened, newest, texts)
        self.is_newest = not (conflict.needs_confirmation or conflict.needs_choices)
        if conflict.must_be_shown or not conflict.is_seen:
            self.conflict = conflict
            self.add_error(None, conflict_error(conflict))

    def other_changes(self, since: int) -> list[str]:
        """Return a sentence for each change, after the version `since`, to what the form's fields do not show."""
        return []


def conflict_error(conflict: EditConflict) -> str:
    """Return the error of a form with a conflict: what happened, or what is still to be chosen."""
    if conflict.is_seen and conflict.needs_choices:
        return _("Choose Mine, Theirs or Both for each paragraph that both of you changed. Nothing has been saved yet.")
    return _("Someone else saved this while you were editing. Your changes have been kept.")


def run_form_view(model_admin, request, object_id, view):
    """Return the response of a change form's view; repeat it where another user saves while it runs."""
    while True:
        # Read before the row: the form may be newer than its version says, never older.
        request.newest_version = (
            newest_version(model_admin.model, object_id) if object_id and is_valid_pk(object_id) else ""
        )
        try:
            if request.method == "POST" and is_gone(model_admin, request, object_id):
                raise PermissionDenied
            response = view()
        except StaleVersion:
            rewind_files(request)
        except PermissionDenied:
            return RefusedSaveViews(model_admin).refuse_save(request, object_id)
        else:
            return set_saved_cookie(request, response)


def is_gone(model_admin, request, object_id) -> bool:
    """Return whether the row of a change form was deleted since it was opened, or is hidden from the user."""
    has_id = bool(object_id) and is_valid_pk(object_id)
    return has_id and not model_admin.get_queryset(request).filter(pk=object_id).exists()


def check_version(request, row, validated: str | None = None) -> None:
    """Raise StaleVersion where the row was saved since the form was validated. Call it with writers locked out.

    `validated` is the newest version at that time, if it is not the one of the request's only form.
    """
    if newest_version(type(row), row.pk) != (validated or request.newest_version):
        raise StaleVersion


def form_context(request, form) -> dict:
    """Return the template context: the conflict, if any, the version that the form is at, and its draft key."""
    conflict = getattr(form, "conflict", None)
    opened = request.POST.get("version") if request.method == "POST" else None
    return {
        "conflict": conflict,
        "is_overwrite_confirmed": request.POST.get("overwrite") == request.newest_version,
        "version": request.newest_version if getattr(form, "is_newest", False) else opened or request.newest_version,
        "draft_key": draft_key(request),
    }


def set_saved_cookie(request, response):
    """Make the browser, after a save, to delete the unsaved text that it keeps under the form's draft key."""
    if response.status_code == 302 and getattr(request, "was_saved", False) and draft_key(request):
        response.set_cookie(
            SAVED_COOKIE,
            draft_key(request),
            max_age=600,
            path=reverse("admin:index"),
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


def draft_key(request) -> str:
    """Return the key under which the browser keeps unsaved text; "" where there is none, or an invalid one."""
    key = request.POST.get("draft_key", "")
    return key if DRAFT_KEY.fullmatch(key) else ""


class RefusedSaveViews(AdminViews):
    """The page for a user who was editing a row that they may no longer change, or that was deleted."""

    default_templates = "admin/versions"

    def refuse_save(self, request, object_id):
        """Return the typed texts, to be copied (409); raise PermissionDenied for any other request."""
        row = self.find_row(request, object_id)
        can_write = self.model_admin.has_change_permission(request)
        if request.method != "POST" or not (row and can_write and self.model_admin.has_view_permission(request, row)):
            raise PermissionDenied
        fields = [self.model_admin.model._meta.get_field(name) for name in row.text_fields]
        return self.render(
            request,
            "save_refused.html",
            status=409,
            title=_("Not saved"),
            row=row,
            is_deleted=row._state.adding,
            saved_by=last_saved_by(row),
            typed=[
                *((capfirst(field.verbose_name), request.POST.get(field.name, "")) for field in fields),
                *((capfirst(label), text) for label, text in posted_texts(self.model_admin.model, request.POST)),
            ],
        )

    def find_row(self, request, object_id):
        """Return the row; a deleted one as it last was, unsaved; None without either, and for a hidden one."""
        if not (object_id and is_valid_pk(object_id)):
            return None
        row = self.model_admin.get_object(request, object_id)
        if row is None and self.model_admin.model._base_manager.filter(pk=object_id).exists():
            return None
        versions = self.model_admin.model.history.filter(**{self.opts.pk.attname: object_id}).order_by("-history_id")
        return row or next((version.instance for version in versions[:1]), None)
