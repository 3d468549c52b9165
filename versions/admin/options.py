"""VersionedAdmin: a ModelAdmin with history, comparison, restoring, edit conflicts and a reason for each change."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin import edit_page
from core.text_fields import MAX_REASON, LineFormField
from editions.models import new_edition
from versions.admin import conflicts, history, lists
from versions.admin.child_formsets import ChildFormsets
from versions.children import deferred_versions
from versions.models import VersionInfo


def reason_field() -> LineFormField:
    """Return the optional field for why a row is changed or an earlier version restored."""
    return LineFormField(
        label=_("Reason for the change"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text=_("Optional. Shown in the history."),
    )


class VersionedForm(conflicts.ConflictFormMixin, forms.ModelForm):
    """The form of a versioned row."""

    change_reason = reason_field()


class RestoreForm(history.RestoreForm):
    """The form shown before an earlier version is restored."""

    reason = reason_field()


class VersionedHistoryViews(history.HistoryViews):
    """The history of a row whose versions have a reason each."""

    restore_form = RestoreForm

    def restore_reason(self, form):
        return form.cleaned_data["reason"]


class VersionedAdmin(admin.ModelAdmin):
    """The admin of a `VersionedModel`. A subclass lists its fields: the reason has its place above the buttons."""

    form = VersionedForm
    change_form_template = "admin/versions/change_form.html"
    change_list_template = "admin/versions/change_list.html"

    def get_urls(self):
        return [*VersionedHistoryViews(self).urls(), *super().get_urls()]

    def history_view(self, request, object_id, extra_context=None):
        return VersionedHistoryViews(self).history(request, object_id)

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Return a form class with the request, which has the newest version."""
        return type("VersionedForm", (super().get_form(request, obj, change, **kwargs),), {"request": request})

    def _create_formsets(self, request, obj, change):
        """Keep the formsets for the form, which merges them with the newest version in a conflict."""
        formsets, inlines = super()._create_formsets(request, obj, change)
        row = obj if change else None
        names = [
            formset.fk.remote_field.related_name if inline.has_change_permission(request, row) else ""
            for formset, inline in zip(formsets, inlines, strict=True)
        ]
        request.child_formsets = ChildFormsets(self.model, formsets, names)
        return formsets, inlines

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = super().changeform_view
        return conflicts.run_form_view(
            self, request, object_id, lambda: view(request, object_id, form_url, extra_context)
        )

    def changelist_view(self, request, extra_context=None):
        view = super().changelist_view
        return lists.run_list_view(self, request, lambda context: view(request, {**(extra_context or {}), **context}))

    def get_changelist_form(self, request, **kwargs):
        form = type("VersionedListForm", (lists.VersionedListForm,), {"request": request})
        return super().get_changelist_form(request, **{"form": form} | kwargs)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context.update(conflicts.form_context(request, context["adminform"].form))
        response = super().render_change_form(request, context, add, change, form_url, obj)
        response.context_data.update(edit_page.form_context(response.context_data))
        return response

    def save_model(self, request, obj, form, change):
        """Save the row with a version: when, by whom and why. With child rows, it gets its version after them."""
        with new_edition():  # the row is locked from here on
            if change:
                conflicts.check_version(request, obj, getattr(form, "newest_version", None))
            with deferred_versions():
                obj.save(version=version_info(request, form))
        request.was_saved = True

    def save_related(self, request, form, formsets, change):
        with deferred_versions():
            super().save_related(request, form, formsets, change)
        if form.instance.versioned_children:
            form.instance.record_version(version_info(request, form))


def version_info(request, form) -> VersionInfo:
    """Return the time, user and reason of a save."""
    return VersionInfo(request.at, request.user, form.cleaned_data.get("change_reason") or None)
