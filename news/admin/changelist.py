"""Changelist of messages: filters, saved filters, search, and paging without a COUNT, however long the list is."""

from datetime import date
from urllib.parse import urlsplit

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import F, Max
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin import editing_sessions
from news.admin.filters import (
    AuthoredByMeFilter,
    CategoryFilter,
    FeaturedFilter,
    RecentlyPublishedFilter,
    StateFilter,
    YearFilter,
)
from news.models import Message

MAX_SEARCHED = 20_000  # messages, the newest, that a search without a year covers
MAX_PAGES = 400  # pages; older messages are found by their year

SAVED_FILTERS = [
    (gettext_lazy("All"), {}),
    (gettext_lazy("Awaiting approval"), {"state": "submitted"}),
    (gettext_lazy("Mine"), {"author": "me"}),
    (gettext_lazy("Scheduled"), {"state": "scheduled"}),
    (gettext_lazy("Published this week"), {"published": "week"}),
    (gettext_lazy("Withdrawn"), {"state": "withdrawn"}),
]

# The order of the messages of each state. Each has its index in Message.Meta.
NEWEST = ["-publish_at", "-id"]
UNDATED_FIRST = [F("publish_at").desc(nulls_first=True), "-id"]  # SQLite walks the index of NEWEST twice for it
ORDERS = {
    Message.State.SUBMITTED: ["submitted_at", "id"],
    Message.State.SCHEDULED: ["publish_at", "id"],
    Message.State.PUBLISHED: NEWEST,
    Message.State.WITHDRAWN: ["-withdrawn_at", "-id"],
}


class UncountedPage(Page):
    has_more = False

    def has_next(self):
        return self.has_more


class NoCountPaginator(Paginator):
    """A paginator that never counts: each page is fetched with one row more than it shows."""

    num_pages = MAX_PAGES

    def base_queryset(self):
        """Return the queryset to fetch a page's rows from, by id."""
        return self.object_list.model.objects.order_by()

    def page(self, number):
        number = max(int(number), 1)
        if number > MAX_PAGES:
            raise EmptyPage(self.error_messages["no_results"])
        start = (number - 1) * self.per_page
        # First the ids alone: the rows that are skipped are then read in an index, without texts and categories.
        pks = list(self.object_list.values_list("pk", flat=True)[start : start + self.per_page + 1])
        found = {row.pk: row for row in self.base_queryset().filter(pk__in=pks).for_desk()}
        rows = [found[pk] for pk in pks if pk in found]
        newest = Message.history.filter(id__in=pks).order_by().values_list("id").annotate(Max("history_id"))
        versions = dict(newest)
        for row in rows:
            row.listed_version = versions.get(row.pk, 0)  # sent with the checkbox: an approval names what was read
        page = UncountedPage(rows[: self.per_page], number, self)
        page.has_more = len(rows) > self.per_page
        return page


class MessageList(ChangeList):
    """A page of the list of messages."""

    known_params = {"state", "author", "published", "year", "featured", "category"}

    def get_filters_params(self, params=None):
        params = super().get_filters_params(params)
        if not params.keys() <= self.known_params:  # Django would accept any lookup on any column
            raise IncorrectLookupParameters
        return params

    def get_ordering(self, request, queryset):
        return self.model_admin.get_ordering(request)

    def get_results(self, request):
        paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        paginator.base_queryset = self.root_queryset.order_by
        try:
            page = paginator.page(self.page_num)
        except EmptyPage as error:
            raise IncorrectLookupParameters from error
        self.paginator, self.page_num, self.result_list = paginator, page.number, page.object_list
        # Equal counts hide “Select all … messages”: actions apply to this page only.
        self.result_count = self.full_result_count = len(page)
        self.has_older = page.has_next()
        self.multi_page = page.has_other_pages()
        self.show_full_result_count = self.can_show_all = self.show_all = False
        self.show_admin_actions = True

    # For the templates

    def older(self):
        """Return the URL of the next page; "" on the last one."""
        return self.get_query_string({"p": self.page_num + 1}) if self.has_older else ""

    def newer(self):
        """Return the URL of the previous page; "" on the first one."""
        return self.get_query_string({"p": self.page_num - 1}) if self.page_num > 1 else ""

    def csv_url(self):
        """Return the URL of the whole list as CSV, with the same filters."""
        return reverse("admin:news_message_csv") + self.get_query_string(remove=["p"])

    def saved_filters(self):
        """Yield the saved filters: name, URL, and whether it is the current one."""
        for name, params in SAVED_FILTERS:
            url = "?" + "&".join(f"{key}={value}" for key, value in params.items())
            yield name, url, self.params == params


class MessageListMixin:
    """The part of MessageAdmin for its changelist."""

    list_display = ["headline", "state_with_editors", "category", "publication"]
    list_filter = [
        StateFilter,
        AuthoredByMeFilter,
        RecentlyPublishedFilter,
        CategoryFilter,
        YearFilter,
        FeaturedFilter,
    ]
    list_per_page = 50
    list_select_related = ["category"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count
    sortable_by = []  # each state has its own order
    ordering = UNDATED_FIRST
    paginator = NoCountPaginator
    search_fields = ["headline", "lead"]
    search_help_text = gettext_lazy(
        "Search headlines and leads (latest 20,000 messages, or the selected year), or paste a message’s web address."
    )

    def action_checkbox(self, obj):
        """Return the checkbox of a row, with the version that the list shows: a later one cannot be approved by it."""
        version = getattr(obj, "listed_version", "")
        return format_html(
            '{}<input type="hidden" name="version-{}" value="{}">', super().action_checkbox(obj), obj.pk, version
        )

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Messages"), **(extra_context or {})})

    def get_changelist(self, request, **kwargs):
        return MessageList

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        is_list = request.resolver_match and request.resolver_match.url_name == "news_message_changelist"
        return editing_sessions.with_other_editors(rows.without_closed_revisions(), request) if is_list else rows

    def get_ordering(self, request):
        if request.GET.get("q") and not request.GET.get("year"):
            return ["-id"]  # the order in which the search is limited
        if any(request.GET.get(name) for name in ("published", "year", "featured")):
            return NEWEST
        return ORDERS.get(request.GET.get("state"), self.ordering)

    def get_search_results(self, request, queryset, search_term):
        """Find a message by its URL, else by words in a limited number of messages."""
        if "/" in search_term and (found := with_url(queryset, search_term)) is not None:
            return found, False
        if search_term.strip() and not request.GET.get("year"):
            newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
            queryset = queryset.filter(pk__gt=newest - MAX_SEARCHED)
        return super().get_search_results(request, queryset, search_term)


def with_url(queryset, url):
    """Return the messages with a public URL; None where it is not the URL of a message."""
    try:
        match = resolve(urlsplit(url.strip()).path)
        day = date(*(match.kwargs[part] for part in ("year", "month", "day")))
    except (Resolver404, ValueError, KeyError):
        return None
    return queryset.filter(day=day, slug=match.kwargs["slug"]) if match.url_name == "message" else None
