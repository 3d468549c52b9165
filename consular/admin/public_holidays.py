"""Admin page of an office that adds the year's public holidays as closed days, after the user has reviewed them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from consular.models import Holiday, Office
from consular.public_holidays import PublicHoliday, closable_holidays
from editions.models import new_edition
from versions.children import deferred_versions
from versions.models import VersionInfo

YEARS_AHEAD = 2


class YearForm(forms.Form):
    """The year whose public holidays are listed."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)

    def __init__(self, data, this_year: int):
        super().__init__(data)
        self.fields["year"].choices = [(year, year) for year in range(this_year, this_year + YEARS_AHEAD + 1)]


class HolidaysForm(forms.Form):
    """The public holidays on which the office is closed."""

    days = forms.MultipleChoiceField(
        label=gettext_lazy("Closed on"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Select at least one day.")},
    )

    def __init__(self, data, found: list[PublicHoliday]):
        days = [each.date.isoformat() for each in found]
        super().__init__(data, initial={"days": days})
        self.found = dict(zip(days, found, strict=True))
        self.fields["days"].choices = [(day, holiday_label(each)) for day, each in self.found.items()]

    def selected(self) -> list[PublicHoliday]:
        return [self.found[day] for day in self.cleaned_data["days"]]


def holiday_label(holiday: PublicHoliday) -> str:
    return f"{date_format(holiday.date, 'l j F Y')}: {holiday.name} ({holiday.countries})"


@require_http_methods(["GET", "HEAD", "POST"])
def public_holidays(request, model_admin, pk):
    """List the public holidays of a year that the office has no entry for; POST adds those selected as closed days."""
    today = timezone.localdate(request.at)
    this_year = today.year
    years = YearForm(request.GET if "year" in request.GET else {"year": this_year}, this_year)
    year = years.cleaned_data["year"] if years.is_valid() else this_year
    if not model_admin.has_change_permission(request, get_object_or_404(Office, pk=pk)):
        raise PermissionDenied
    with new_edition():  # before the office's lock, as all writers
        office = get_object_or_404(Office.objects.select_for_update(), pk=pk)
        found = [each for each in closable_holidays(office, year) if each.date >= today]
        form = HolidaysForm(request.POST if request.method == "POST" else None, found)
        if form.is_valid():
            added = form.selected()
            reason = _("Added public holidays of %(year)s.") % {"year": year}
            office.ensure_version()
            with deferred_versions():
                for each in added:
                    Holiday.objects.create(office=office, date=each.date, name=each.name)
            office.record_version(VersionInfo(request.at, request.user, reason))
            model_admin.log_change(request, office, reason)
            text = ngettext("%(count)s closed day added.", "%(count)s closed days added.", len(added))
            messages.success(request, text % {"count": len(added)})
            return redirect("admin:consular_office_change", office.pk)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Add public holidays"),
        "subtitle": office.name,
        "opts": model_admin.opts,
        "office": office,
        "years": years,
        "year": year,
        "form": form,
    }
    return render(request, "admin/consular/office/public_holidays.html", context)
