"""Filters of the list of messages: state, author, publication, category, year, featured."""

from datetime import datetime, timedelta

from django.contrib.admin import SimpleListFilter
from django.contrib.auth import get_user_model
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news import message_counts
from news.models import Category, Message
from news.models.messages import IS_DUE

MAX_SEARCHED = 20_000  # messages, the newest, that a filter without an index covers, if no year is selected
MAX_AUTHORS = 200


class StateFilter(SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        states = Message.State
        return [(s.value, s.label) for s in states if s not in (states.APPLIED, states.DISCARDED)]

    def queryset(self, request, queryset):
        return {
            Message.State.DRAFT: queryset.drafts,
            Message.State.SUBMITTED: queryset.submitted,
            Message.State.SCHEDULED: lambda: queryset.awaiting_moment(request.at),
            Message.State.PUBLISHED: lambda: queryset.published(request.at),
            Message.State.WITHDRAWN: queryset.withdrawn,
        }.get(self.value(), lambda: queryset)()


class CategoryFilter(SimpleListFilter):
    """Messages of a category.

    Where another filter leaves fewer rows than the category has, the condition is a double negation: otherwise SQLite
    would search the index on the category and read all of its messages.
    """

    title = _("category")
    parameter_name = "category"

    def lookups(self, request, model_admin):
        return [(str(pk), name) for pk, name in Category.objects.values_list("pk", "name")]

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        condition, params = Q(category=self.value()), request.GET
        is_narrow = any(params.get(name) for name in ("author", "published", "year", "featured", "q"))
        if params.get("state") == Message.State.PUBLISHED or not (is_narrow or params.get("state")):
            return queryset.filter(condition)
        return queryset.filter(~Q(~condition))


class AuthorFilter(SimpleListFilter):
    title = _("author")
    parameter_name = "author"

    def lookups(self, request, model_admin):
        staff = get_user_model().objects.filter(is_staff=True, is_active=True).exclude(pk=request.user.pk)
        names = [(str(user.pk), user.get_full_name() or user.get_username()) for user in staff[:MAX_AUTHORS]]
        return [("me", _("me")), *sorted(names, key=lambda choice: choice[1].casefold())]

    def queryset(self, request, queryset):
        if self.value() == "me":
            return queryset.authored_by(request.user)
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.authored_by(self.value())


class LanguageFilter(SimpleListFilter):
    """The latest messages in a language; those of a year, where one is selected."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request, model_admin):
        return model_admin.model._meta.get_field("language").flatchoices

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        if not request.GET.get("year"):
            newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
            queryset = queryset.filter(pk__gt=newest - MAX_SEARCHED)
        return queryset.filter(language=self.value())


class RecentlyPublishedFilter(SimpleListFilter):
    title = _("publication")
    parameter_name = "published"

    def lookups(self, request, model_admin):
        return [("week", _("in the last seven days"))]

    def queryset(self, request, queryset):
        since = request.at - timedelta(days=7)
        return queryset.published(request.at).filter(publish_at__gt=since) if self.value() == "week" else queryset


class FeaturedFilter(SimpleListFilter):
    title = _("featured")
    parameter_name = "featured"

    def lookups(self, request, model_admin):
        return [("yes", _("featured (now or earlier)"))]

    def queryset(self, request, queryset):
        return queryset.filter(IS_DUE, featured=True) if self.value() == "yes" else queryset


class YearFilter(SimpleListFilter):
    """Messages of a calendar year in the host country. The years come from the monthly counts, which is fast."""

    title = _("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        years = sorted({month.year for month in message_counts.counts_by_month(request.at)}, reverse=True)
        return [(str(year), str(year)) for year in years]

    def queryset(self, request, queryset):
        year = self.value()
        if year and len(year) == 4 and year.isascii() and year.isdecimal() and 1000 <= int(year) <= 9998:
            zone = timezone.get_default_timezone()
            start, end = (datetime(int(year) + later, 1, 1, tzinfo=zone) for later in (0, 1))
            return queryset.filter(publish_at__gte=start, publish_at__lt=end)
        return queryset
