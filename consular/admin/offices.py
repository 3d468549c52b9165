"""Offices on the desk, with their hours and holidays."""

from django import forms
from django.contrib import admin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consular.models import Holiday, Office, OpeningHours

CLOCK = {models.TimeField: {"widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"})}}


class HoursInline(admin.TabularInline):
    model = OpeningHours
    extra = 0
    formfield_overrides = CLOCK
    verbose_name_plural = _("opening hours: a line for each stretch of a day, two on a day with a break")


class HolidayInline(admin.TabularInline):
    model = Holiday
    extra = 0
    formfield_overrides = CLOCK
    verbose_name_plural = _("holidays, of both countries, and other days with hours of their own")


@admin.register(Office)
class OfficeAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "now", "phone", "emergency_phone", "email", "order"]
    list_filter = ["kind"]
    list_editable = ["order"]
    search_fields = ["name", "address"]
    inlines = [HoursInline, HolidayInline]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    view_on_site = False
    fieldsets = [
        (None, {"fields": ["kind", "name", "order"]}),
        (_("How to reach it"), {"fields": ["phone", "emergency_phone", "email"]}),
        (_("Where it is"), {"fields": ["address", "map_url", "appointment_url"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).with_hours()

    @admin.display(description=_("now"))
    def now(self, office):
        return office.state_in_words(timezone.now())
