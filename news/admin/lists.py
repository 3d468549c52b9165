"""The desk's list of messages, fast however long it is: a page is fetched with one row more than it shows, and nothing
is counted."""

from datetime import date
from urllib.parse import urlsplit

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import F, Max
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _

from news.admin.filters import CategoryFilter, FeaturedFilter, HandFilter, OutFilter, StateFilter, YearFilter
from news.models import Message

SEARCHED = 20_000  # messages, the newest, that a search looks through where no year is chosen
DEEPEST = 400  # pages: what lies deeper is found by its year

# What officers look for every day, by link.
SAVED = [
    (_("All"), {}),
    (_("Waiting for approval"), {"state": "submitted"}),
    (_("Mine"), {"author": "me"}),
    (_("Scheduled"), {"state": "scheduled"}),
    (_("Published this week"), {"published": "week"}),
    (_("Withdrawn"), {"state": "withdrawn"}),
]

# The order in which the messages of a state are read. Each has its index in Message.Meta.
NEWEST = ["-publish_at", "-id"]
UNDATED_FIRST = [F("publish_at").desc(nulls_first=True), "-id"]  # SQLite walks the index of NEWEST for it, twice
ORDERS = {
    Message.State.SUBMITTED: ["submitted_at", "id"],
    Message.State.SCHEDULED: ["publish_at", "id"],
    Message.State.PUBLISHED: NEWEST,
    Message.State.WITHDRAWN: ["-withdrawn_at", "-id"],
}


class UncountedPage(Page):
    """A page that knows whether another follows."""

    more = False

    def has_next(self):
        return self.more


class Uncounted(Paginator):
    """Pages of a list whose length nobody asks for."""

    num_pages = DEEPEST

    def rows(self):
        """Return the rows to take a page from, by their ids."""
        return self.object_list.model.objects.order_by()

    def page(self, number):
        number = max(int(number), 1)
        if number > DEEPEST:
            raise EmptyPage(self.error_messages["no_results"])
        start = (number - 1) * self.per_page
        # First the ids alone: what is skipped is then read in an index, without its texts and its category.
        pks = list(self.object_list.values_list("pk", flat=True)[start : start + self.per_page + 1])
        found = {row.pk: row for row in self.rows().filter(pk__in=pks).for_desk()}
        rows = [found[pk] for pk in pks if pk in found]
        page = UncountedPage(rows[: self.per_page], number, self)
        page.more = len(rows) > self.per_page
        return page


class MessageList(ChangeList):
    """A page of the list of messages, and whether there is another."""

    known = {"state", "hand", "out", "year", "featured", "category"}

    def get_filters_params(self, params=None):
        asked = super().get_filters_params(params)
        if not asked.keys() <= self.known:  # Django would look for anything in any column
            raise IncorrectLookupParameters
        return asked

    def get_ordering(self, request, queryset):
        return self.model_admin.get_ordering(request)

    def get_results(self, request):
        paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        paginator.rows = self.root_queryset.order_by
        try:
            page = paginator.page(self.page_num)
        except EmptyPage as error:
            raise IncorrectLookupParameters from error
        self.paginator, self.page_num, self.result_list = paginator, page.number, page.object_list
        # What is on other pages is not counted, and no act reaches it: with the two numbers alike, Django shows none.
        self.result_count = self.full_result_count = len(page)
        self.has_older = page.has_next()
        self.multi_page = page.has_other_pages()
        self.show_full_result_count = self.can_show_all = self.show_all = False
        self.show_admin_actions = True

    # For the templates

    def older(self):
        """Return the address of the next page, if there is one."""
        return self.get_query_string({"p": self.page_num + 1}) if self.has_older else ""

    def newer(self):
        """Return the address of the page before this one, if there is one."""
        return self.get_query_string({"p": self.page_num - 1}) if self.page_num > 1 else ""

    def as_table(self):
        """Return the address of the whole list as a table, with the same filters."""
        return reverse("admin:news_message_csv") + self.get_query_string(remove=["p"])

    def saved(self):
        """Yield the saved filters: name, address, and whether it is the one that is shown."""
        for name, asked in SAVED:
            address = "?" + "&".join(f"{parameter}={value}" for parameter, value in asked.items())
            yield name, address, self.params == asked


class ListMixin:
    """The list of messages: filters, saved ones by link, search, pages."""

    list_display = ["headline", "state_in_words", "category", "due"]
    list_filter = [StateFilter, HandFilter, OutFilter, CategoryFilter, YearFilter, FeaturedFilter]
    list_per_page = 50
    list_select_related = ["category"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count
    sortable_by = []  # each state has its own order
    ordering = UNDATED_FIRST
    paginator = Uncounted
    search_fields = ["headline", "lead"]
    search_help_text = _(
        "Words of the headline or the lead, among the newest 20,000 messages or in the chosen year. "
        "Or a message’s address, copied whole."
    )

    def get_changelist(self, request, **kwargs):
        return MessageList

    def get_ordering(self, request):
        if request.GET.get("q") and not request.GET.get("year"):
            return ["-id"]  # by what bounds the search
        if any(request.GET.get(parameter) for parameter in ("out", "year", "featured")):
            return NEWEST
        return ORDERS.get(request.GET.get("state"), self.ordering)

    def get_search_results(self, request, queryset, search_term):
        """Find a message by its address, else by words of its headline: in a bounded number of messages."""
        if "/" in search_term and (found := at_address(queryset, search_term)) is not None:
            return found, False
        if search_term.strip() and not request.GET.get("year"):
            newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
            queryset = queryset.filter(pk__gt=newest - SEARCHED)
        return super().get_search_results(request, queryset, search_term)


def at_address(messages, address):
    """Return those of `messages` that stand at a public address; None for what is none."""
    try:
        match = resolve(urlsplit(address.strip()).path)
        day = date(*(match.kwargs[part] for part in ("year", "month", "day")))
    except (Resolver404, ValueError, KeyError):
        return None
    return messages.filter(day=day, slug=match.kwargs["slug"]) if match.url_name == "message" else None
