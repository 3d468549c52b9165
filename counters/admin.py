"""Admin of the counters."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget, AutocompleteSelect
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counters.models import Counter
from redirects.admin import FormerOwnerMixin
from versions.admin.options import VersionedAdmin, VersionedForm
from working_copies.admin import WorkingCopyMixin


class MessageSelect(AutocompleteSelect):
    """Django's autocomplete field, made safe for submitted values that are not ids, which it would fail on."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(
            name, [item for item in value if item.isascii() and item.isdigit() and len(item) < 19], attr
        )


class CounterForm(VersionedForm):
    """A counter. A message that the user may not see looks like none, and is kept unless another one is selected."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field, self.hidden_message = self.fields.get("message"), None
        if field and self.instance.message_id and not field.queryset.filter(pk=self.instance.message_id).exists():
            self.hidden_message = self.instance.message
            self.initial["message"] = None

    def clean_message(self):
        return self.cleaned_data["message"] or self.hidden_message


@admin.register(Counter)
class CounterAdmin(WorkingCopyMixin, FormerOwnerMixin, VersionedAdmin):
    """Counters with their current sentence, in the order of the public page."""

    form = CounterForm
    list_display = ["incident", "days_now", "since", "time_zone", "shown", "order"]
    list_editable = ["shown", "order"]
    list_filter = ["shown"]
    search_fields = ["incident", "slug"]
    autocomplete_fields = ["message"]
    readonly_fields = ["today"]
    formfield_overrides = {models.CharField: {"widget": AdminTextInputWidget(attrs={"class": "vLargeTextField"})}}
    fieldsets = [
        (None, {"fields": ["incident", "today", "since", "until", "time_zone"]}),
        (
            _("Text"),
            {
                "fields": ["sentence_one", "sentence_many"],
                "description": _("{days} is replaced by the number, {incident} by the incident."),
            },
        ),
        (_("Display"), {"fields": ["shown", "order", "message", "slug"], "classes": ["card"]}),
    ]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "message":
            kwargs["widget"] = MessageSelect(db_field, self.admin_site)
            messages = self.admin_site.get_model_admin(db_field.remote_field.model)
            kwargs["queryset"] = messages.get_queryset(request)  # those that the user may see
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("days now"))
    def days_now(self, counter):
        at = timezone.now()
        return counter.days(at) if counter.turns(at) else _("%(days)s, stopped") % {"days": counter.days(at)}

    @admin.display(description=_("current text"))
    def today(self, counter):
        return counter.sentence(timezone.now()) if counter.pk else _("Shown here after saving.")

    def get_view_on_site_url(self, obj=None):
        return obj.get_absolute_url() if obj and obj.pk and obj.shown else None
