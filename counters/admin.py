"""The counters on the press desk."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget, AutocompleteSelect
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counters.models import Counter
from news.admin.addresses import FormerOwnerMixin


class MessageSelect(AutocompleteSelect):
    """Django's choice of a row by typing, which breaks on showing again a value that is no id."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(
            name, [item for item in value if item.isascii() and item.isdigit() and len(item) < 19], attr
        )


@admin.register(Counter)
class CounterAdmin(FormerOwnerMixin, admin.ModelAdmin):
    """Counters with what they say today, in the order in which the public sees them."""

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
            _("Words"),
            {
                "fields": ["sentence_one", "sentence_many"],
                "description": _("The number is put in place of {days}, the incident in place of {incident}."),
            },
        ),
        (_("Where it appears"), {"fields": ["shown", "order", "message", "slug"]}),
    ]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "message":
            kwargs["widget"] = MessageSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("days now"))
    def days_now(self, counter):
        at = timezone.now()
        return counter.days(at) if counter.turns(at) else _("%(days)s, stopped") % {"days": counter.days(at)}

    @admin.display(description=_("what it says today"))
    def today(self, counter):
        return counter.sentence(timezone.now()) if counter.pk else _("You will read it here once it is saved.")

    def get_view_on_site_url(self, obj=None):
        return obj.get_absolute_url() if obj and obj.pk and obj.shown else None
