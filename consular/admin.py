"""The consular part of the desk: offices, notices, topics; and enquiries, to be read."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.utils import timezone
from django.utils.dateformat import format as in_words
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consular.models import Enquiry, Holiday, Notice, Office, OpeningHours, Topic
from consular.references import read_reference
from consular.wording import host_city

WIDE = {models.CharField: {"widget": AdminTextInputWidget(attrs={"size": 80})}}  # room for a sentence
CLOCK = {models.TimeField: {"widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"})}}

# Offices


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


# Topics


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["name", "sentence", "mailbox", "order", "shown"]
    list_editable = ["order", "shown"]
    search_fields = ["name", "sentence"]
    formfield_overrides = WIDE


# Notices


def notice_state(notice, at):
    """Return where a notice stands at the moment `at`, in words."""
    if notice.starts > at:
        moment = in_words(timezone.localtime(notice.starts), "j F Y, H:i")
        return gettext("from %(moment)s") % {"moment": moment}
    if notice.ends is None:
        return gettext("shows now, until taken down")
    if notice.ends > at:
        moment = in_words(timezone.localtime(notice.ends), "j F Y, H:i")
        return gettext("shows now, until %(moment)s") % {"moment": moment}
    return gettext("over")


class NoticeFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("now", _("shows now")), ("ahead", _("ahead")), ("over", _("over"))]

    def queryset(self, request, queryset):
        at = timezone.now()
        chosen = {
            "now": lambda: queryset.current(at),
            "ahead": lambda: queryset.filter(starts__gt=at),
            "over": lambda: queryset.filter(ends__lte=at),
        }
        return chosen.get(self.value(), queryset.all)()


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    list_display = ["sentence", "state", "urgent", "starts", "ends"]
    list_filter = [NoticeFilter, "urgent"]
    search_fields = ["sentence"]
    formfield_overrides = WIDE
    actions = ["take_down"]

    def get_fieldsets(self, request, obj=None):
        when = gettext("Times are %(city)s time. The notice comes and goes by itself.") % {"city": host_city()}
        return [
            (None, {"fields": ["sentence", "link_url", "link_text", "urgent"]}),
            (_("When it shows"), {"fields": ["starts", "ends"], "description": when}),
        ]

    @admin.display(description=_("state"))
    def state(self, notice):
        return notice_state(notice, timezone.now())

    @admin.action(description=_("Take down the chosen notices now"), permissions=["change"])
    def take_down(self, request, queryset):
        at = timezone.now()
        taken = queryset.current(at).update(ends=at)
        self.message_user(
            request, ngettext("%(count)s notice taken down.", "%(count)s notices taken down.", taken) % {"count": taken}
        )


# Enquiries


@admin.register(Enquiry)
class EnquiryAdmin(admin.ModelAdmin):
    """Enquiries are read here, and neither made, changed nor deleted. Only the reference is searched for."""

    list_display = ["reference", "state", "topic", "received_at", "suspected"]
    list_filter = ["topic", ("suspicion", admin.EmptyFieldListFilter)]
    search_fields = ["reference"]
    search_help_text = _("The reference, as it was said: 7K2M-Q9XD, 7k2m q9xd.")
    list_select_related = ["topic"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["reference", "state", "topic", "received_at", "consent_at", "suspicion"]}),
        (_("Who asks"), {"fields": ["name", "email", "phone"]}),
        (_("What"), {"fields": ["question"]}),
    ]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_search_results(self, request, queryset, search_term):
        """Find a reference however it was typed: in small letters, with an O for a 0, with spaces."""
        return super().get_search_results(request, queryset, read_reference(search_term) or search_term)

    @admin.display(description=_("state"))
    def state(self, enquiry):
        return enquiry.state

    @admin.display(description=_("spam?"))
    def suspected(self, enquiry):
        return _("perhaps") if enquiry.suspicion else ""

    view_on_site = False  # the visitor's own address: staff have no need of it
