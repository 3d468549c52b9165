"""Changelist of messages: filters, saved filters, search, and paging without a COUNT, however long the list is."""

from datetime import date
from urllib.parse import urlencode, urlsplit

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import F, Max, Q
from django.http import HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.views import redirect_to_list
from news.admin import editing_sessions
from news.admin.filters import (
    AuthorFilter,
    CategoryFilter,
    FeaturedFilter,
    LanguageFilter,
    RecentlyPublishedFilter,
    StateFilter,
    YearFilter,
)
from news.admin.list_columns import ListColumnsMixin
from news.models import Message
from news.remarks import count_open_remarks
from news.text_search import find_in_texts

MAX_SEARCHED = 5_000  # messages, the latest of those that the filters show, in which parts of words are looked for
MAX_WORDS = 10  # words of a search that are looked for in drafts
MAX_PAGES = 400  # pages; older messages are found by their year

SHOW_ALL = "all"  # parameter: forget the filters of this session
FILTERS_KEY = "message_filters"  # of the session
MAX_KEPT = 500  # characters of the filters that are kept
MAX_COUNT = 100  # messages that a tab counts
TABBED = {"state", "published", "featured"}  # filters without a select field: the tabs have them


def capped_count(rows) -> str:
    """Return the number of rows, at most MAX_COUNT."""
    count = rows.order_by().values("pk")[: MAX_COUNT + 1].count()
    return f"{MAX_COUNT}+" if count > MAX_COUNT else str(count)


# Tabs: name, parameters, and what is counted.
SAVED_FILTERS = [
    (gettext_lazy("All"), {}, None),
    (
        gettext_lazy("Awaiting approval"),
        {"state": "submitted"},
        lambda rows, request: capped_count(rows.submitted()),
    ),
    (
        gettext_lazy("Mine"),
        {"author": "me"},
        None,
    ),
    (gettext_lazy("Drafts"), {"state": "draft"}, lambda rows, request: capped_count(rows.drafts())),
    (
        gettext_lazy("Scheduled"),
        {"state": "scheduled"},
        lambda rows, request: capped_count(rows.awaiting_moment(request.at)),
    ),
    (gettext_lazy("Published"), {"state": "published"}, None),
    (gettext_lazy("This week"), {"published": "week"}, None),
    (gettext_lazy("Withdrawn"), {"state": "withdrawn"}, None),
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
        history = Message.history.filter(history_id__in=versions.values()).select_related("history_user")
        saved = {row.id: row for row in history.only("id", "history_date", "history_user").order_by()}
        for row in rows:
            row.listed_version = versions.get(row.pk, 0)  # sent with the checkbox: an approval names what was read
            row.newest_version_row = saved.get(row.pk)
        page = UncountedPage(rows[: self.per_page], number, self)
        page.has_more = len(rows) > self.per_page
        return page


class MessageList(ChangeList):
    """A page of the list of messages."""

    def __init__(self, request, *args, **kwargs):
        self.request = request
        super().__init__(request, *args, **kwargs)

    known_params = {"state", "author", "published", "year", "featured", "category", "language"}

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
        count_open_remarks(self.result_list, self.request.user, self.request.at)
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
        """Yield the saved filters: name, URL, whether it is the current one, and how many it finds ("" not counted)."""
        for name, params, count in SAVED_FILTERS:
            url = f"?{urlencode(params or {SHOW_ALL: 1})}"
            number = count(self.root_queryset, self.request) if count else ""
            yield name, url, self.params == params, number

    def filter_selects(self):
        """Yield the filters that are shown as select fields: label, parameter, value, and choices."""
        for spec in self.filter_specs:
            if spec.parameter_name not in TABBED:
                yield spec.title, spec.parameter_name, spec.value() or "", spec.lookup_choices

    def kept_params(self):
        """Return the parameters of the current tab, which the filters and the search keep."""
        return [(name, value) for name, value in self.params.items() if name in TABBED]


class MessageListMixin(ListColumnsMixin):
    """The part of MessageAdmin for its changelist."""

    list_filter = [
        StateFilter,
        AuthorFilter,
        RecentlyPublishedFilter,
        CategoryFilter,
        LanguageFilter,
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
        "Words of the headline, the lead or the text, or a message’s web address. Parts of words are found in the "
        "headlines and leads of the latest 5,000 messages, or the latest 5,000 of the selected year."
    )

    def action_checkbox(self, obj):
        """Return the checkbox of a row, with the version that the list shows: a later one cannot be approved by it.

        Django's own renders a template for each row, which takes a quarter of the time of the whole list.
        """
        return format_html(
            '<input type="checkbox" name="{name}" value="{pk}" class="action-select" aria-label="{label}">'
            '<input type="hidden" name="version-{pk}" value="{version}">',
            name=ACTION_CHECKBOX_NAME,
            pk=obj.pk,
            label=_("Select: %s") % obj,
            version=getattr(obj, "listed_version", ""),
        )

    def changelist_view(self, request, extra_context=None):
        """Show the list, with the filters that were used last in this session."""
        if request.method == "GET":
            kept = request.session.get(FILTERS_KEY)
            if SHOW_ALL in request.GET:
                request.session.pop(FILTERS_KEY, None)
                return redirect_to_list(Message)
            if kept and not request.GET:
                return HttpResponseRedirect(f"{request.path}?{kept}")
            if request.GET.keys() <= MessageList.known_params | {"q"}:
                used = urlencode([(name, value) for name, value in request.GET.items() if value])
                if used and len(used) <= MAX_KEPT:
                    request.session[FILTERS_KEY] = used
                else:
                    request.session.pop(FILTERS_KEY, None)
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
        if not search_term.strip():
            return super().get_search_results(request, queryset, search_term)
        if request.GET.get("year"):
            lately = queryset.filter(pk__in=queryset.order_by(*NEWEST).values("pk")[:MAX_SEARCHED])
        else:  # cheaper: the ids are known without reading the rows
            newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
            lately = queryset.filter(pk__gt=newest - MAX_SEARCHED)
        by_title, duplicates = super().get_search_results(request, lately, search_term)
        in_texts = Q(pk__in=find_in_texts(search_term, request.at)) | Q(pk__in=in_drafts(lately, search_term))
        return queryset.filter(Q(pk__in=by_title.order_by().values("pk")) | in_texts), duplicates


def in_drafts(queryset, typed: str):
    """Return the ids of messages that are not approved, and have all typed words in their text: the index has none."""
    rows = queryset.unapproved().order_by()
    for word in typed.split()[:MAX_WORDS]:
        rows = rows.filter(body__folds=word)
    return rows.values("pk")


def with_url(queryset, url):
    """Return the messages with a public URL; None where it is not the URL of a message."""
    try:
        match = resolve(urlsplit(url.strip()).path)
        day = date(*(match.kwargs[part] for part in ("year", "month", "day")))
    except (Resolver404, ValueError, KeyError):
        return None
    return queryset.filter(day=day, slug=match.kwargs["slug"]) if match.url_name == "message" else None
