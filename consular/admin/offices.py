"""Admin of offices, with their opening hours and exceptions."""

from collections import defaultdict

from django import forms
from django.contrib import admin, messages
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from consular.admin.public_holidays import public_holidays
from consular.admin.time_fields import ClosingField, OpeningField
from consular.admin.widgets import CHECKED_FIELDS
from consular.hours import MIDNIGHT
from consular.models import Holiday, Office, OpeningHours
from consular.phones import PhoneField
from versions.admin.options import VersionedAdmin


class HoursInlineBase(admin.TabularInline):
    """Inline whose rows have times of day."""

    extra = 0
    formfield_overrides = CHECKED_FIELDS

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in ("opens", "closes"):
            form_class = OpeningField if db_field.name == "opens" else ClosingField
            return db_field.formfield(form_class=form_class)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class HoursInline(HoursInlineBase):
    model = OpeningHours
    verbose_name_plural = _(
        "opening hours: one row per period, two rows for a day with a break; a night belongs to the day it begins"
    )


class HolidayFormSet(forms.BaseInlineFormSet):
    """The exceptions of an office: a date is closed or has hours, not both."""

    def clean(self):
        super().clean()
        kinds = defaultdict(set)
        for form in self.forms:
            row = form.cleaned_data if form.is_valid() else {}
            if row.get("date") and not row.get("DELETE"):
                kinds[row["date"], row.get("last_date")].add(row.get("opens") is None)
        for (day, _last), is_closed in kinds.items():
            if len(is_closed) == 2:
                text = _("%(day)s is closed all day in one row and has hours in another. Remove one of them.")
                raise forms.ValidationError(text, params={"day": date_format(day, "j F Y")})


class HolidayInline(HoursInlineBase):
    model = Holiday
    formset = HolidayFormSet
    verbose_name_plural = _("holidays, closures and days with other hours: two rows for a day with a break")


@admin.register(Office)
class OfficeAdmin(VersionedAdmin):
    change_form_template = "admin/consular/office/change_form.html"
    list_display = ["name", "kind", "now", "phone", "emergency_phone", "email", "order"]
    list_filter = ["kind"]
    list_editable = ["order"]
    search_fields = ["name", "address"]
    inlines = [HoursInline, HolidayInline]
    formfield_overrides = CHECKED_FIELDS
    view_on_site = False
    fieldsets = [
        (None, {"fields": ["kind", "name", "order"]}),
        (_("Contact"), {"fields": ["phone", "emergency_phone", "email"]}),
        (_("Location"), {"fields": ["address", "map_url", "appointment_url"]}),
    ]

    def get_urls(self):
        view = self.admin_site.admin_view(public_holidays)
        own = path("<int:pk>/public-holidays/", view, {"model_admin": self}, name="consular_office_public_holidays")
        return [own, *super().get_urls()]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in ("phone", "emergency_phone"):
            return db_field.formfield(form_class=PhoneField)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_formset(self, request, form, formset, change):
        """Save the rows; warn of hours that end on the next day: the two times may have been swapped."""
        super().save_formset(request, form, formset, change)
        saved = [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]
        nights = [str(row) for row in saved if not row.is_closed and MIDNIGHT < row.closes < row.opens]
        if nights:
            text = _("These hours end on the next day: %(hours)s. Correct them if that is wrong.")
            self.message_user(request, text % {"hours": ", ".join(nights)}, messages.WARNING)

    def get_queryset(self, request):
        return super().get_queryset(request).with_hours()

    @admin.display(description=_("now"))
    def now(self, office):
        return office.state_in_words(timezone.now())
