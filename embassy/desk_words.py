"""Words and frame of the desk for every ModelAdmin, those of Django and of libraries too."""

from __future__ import annotations

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.admin import edit_page


def desk_title(user) -> str:
    """Return the name of the desk of a user: that of consular officers, else that of the press office."""
    is_consular = user.has_module_perms("consular") and not user.has_module_perms("news")
    return _("Consular desk") if is_consular and user.is_authenticated else _("Press desk")


class DeskWordsMixin:
    """ModelAdmin mixin: titles in the desk's words, forms in the frame of the edit page.

    A form with a template of its own model keeps it. A ModelAdmin with an `add_label` has it on the button above the
    list and as the title of the form; without one they say "New …" with the name of the model.
    """

    def changelist_view(self, request, extra_context=None):
        context = {"title": capfirst(self.opts.verbose_name_plural), "add_label": getattr(self, "add_label", "")}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        new, name = _("New %(name)s") % {"name": self.opts.verbose_name}, capfirst(self.opts.verbose_name)
        context = {"title": name if object_id else getattr(self, "add_label", new)}
        return super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def render_change_form(self, request, context, *args, **kwargs):
        response = super().render_change_form(request, context, *args, **kwargs)
        if isinstance(response.template_name, list):
            response.template_name = [*response.template_name[:-1], "admin/edit_page.html"]
        if "text_fieldsets" not in response.context_data:
            response.context_data.update(edit_page.form_context(response.context_data))
        return response

    def history_view(self, request, object_id, extra_context=None):
        row = self.get_object(request, object_id)
        title = {"title": _("History of %(name)s") % {"name": row}} if row else {}
        return super().history_view(request, object_id, {**title, **(extra_context or {})})

    def render_delete_form(self, request, context):
        return super().render_delete_form(request, {**context, "related_counts": self.related_counts(context)})

    def related_counts(self, context) -> list[tuple]:
        """Return the kinds of rows that are deleted along with a row, and how many there are of each."""
        tables = {
            model._meta.verbose_name_plural
            for model in apps.get_models(include_auto_created=True)
            if model._meta.auto_created
        }
        own = self.opts.verbose_name_plural
        counts = [(name, count - (name == own)) for name, count in context.get("model_count", ())]
        return [(name, count) for name, count in counts if count and name not in tables]
