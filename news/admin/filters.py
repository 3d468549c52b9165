"""What a list of messages is filtered by on the desk: state and year, in words."""

from datetime import datetime, timedelta

from django.contrib.admin import SimpleListFilter
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news import tally
from news.models import Category, Message
from news.models.messages import DUE


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


class CategoryFilter(SimpleListFilter):
    """Messages of a category.

    Where another filter leaves fewer rows than a category has, this one is said as a double denial: SQLite would take
    the category's index for its search, and read all of its messages.
    """

    title = _("category")
    parameter_name = "category"

    def lookups(self, request, model_admin):
        return [(str(pk), name) for pk, name in Category.objects.values_list("pk", "name")]

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        chosen, asked = Q(category=self.value()), request.GET
        narrow = any(asked.get(name) for name in ("hand", "out", "year", "featured", "q"))
        if asked.get("state") == Message.State.PUBLISHED or not (narrow or asked.get("state")):
            return queryset.filter(chosen)
        return queryset.filter(~Q(~chosen))


class HandFilter(SimpleListFilter):
    """Messages on which whoever asks has written."""

    title = _("writer")
    parameter_name = "hand"

    def lookups(self, request, model_admin):
        return [("mine", _("me"))]

    def queryset(self, request, queryset):
        return queryset.authored_by(request.user) if self.value() == "mine" else queryset


class OutFilter(SimpleListFilter):
    """Messages that went out lately."""

    title = _("day")
    parameter_name = "out"

    def lookups(self, request, model_admin):
        return [("week", _("in the last seven days"))]

    def queryset(self, request, queryset):
        since = request.at - timedelta(days=7)
        return queryset.published(request.at).filter(publish_at__gt=since) if self.value() == "week" else queryset


class FeaturedFilter(SimpleListFilter):
    """Messages that lead the home page, did so, or will."""

    title = _("featured")
    parameter_name = "featured"

    def lookups(self, request, model_admin):
        return [("yes", _("leads the home page, or did"))]

    def queryset(self, request, queryset):
        return queryset.filter(DUE, featured=True) if self.value() == "yes" else queryset


class YearFilter(SimpleListFilter):
    """Messages of a year of the host's calendar. The years come from the tally: no million rows are read for them."""

    title = _("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        years = sorted({month.year for month in tally.months(request.at)}, reverse=True)
        return [(str(year), str(year)) for year in years]

    def queryset(self, request, queryset):
        year = self.value()
        if year and len(year) == 4 and year.isascii() and year.isdecimal() and 1000 <= int(year) <= 9998:
            zone = timezone.get_default_timezone()
            begins = (datetime(int(year), 1, 1, tzinfo=zone), datetime(int(year) + 1, 1, 1, tzinfo=zone))
            return queryset.filter(publish_at__gte=begins[0], publish_at__lt=begins[1])
        return queryset
