"""What a list of messages is filtered by on the desk: state and year, in words."""

from django.contrib.admin import SimpleListFilter
from django.utils.translation import gettext_lazy as _

from news import tally
from news.models import Message


class StateFilter(SimpleListFilter):
    """Messages in one state at the moment of asking."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Message.State.choices

    def queryset(self, request, queryset):
        return {
            Message.State.DRAFT: queryset.drafts,
            Message.State.SUBMITTED: queryset.submitted,
            Message.State.SCHEDULED: lambda: queryset.scheduled(request.at),
            Message.State.PUBLISHED: lambda: queryset.published(request.at),
            Message.State.WITHDRAWN: queryset.withdrawn,
        }.get(self.value(), lambda: queryset)()


class YearFilter(SimpleListFilter):
    """Messages of a year of the host's calendar. The years come from the tally: no million rows are read for them."""

    title = _("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        years = sorted({month.year for month in tally.months(request.at)}, reverse=True)
        return [(str(year), str(year)) for year in years]

    def queryset(self, request, queryset):
        year = self.value()
        if year and year.isdecimal() and year.isascii() and 1000 <= int(year[:5]) <= 9999:
            return queryset.in_year(int(year))
        return queryset
