"""Notices on the desk: when they show, in words, and an act that takes them down."""

from django.contrib import admin
from django.utils import timezone
from django.utils.dateformat import format as in_words
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consular.admin.widgets import WIDE
from consular.models import Notice
from consular.wording import host_city


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
