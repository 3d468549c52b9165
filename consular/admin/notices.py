"""Admin of notices: their state as text, and an action that ends them."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.dateformat import format as in_words
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consular.admin.widgets import WIDE_FIELDS
from consular.contradictions import find_contradictions
from consular.models import Notice, Office
from versions.admin.options import VersionedAdmin, VersionedForm
from working_copies.admin import WorkingCopyMixin


def notice_state(notice, at):
    """Return the state of a notice at `at` as text."""
    if notice.starts > at:
        time = in_words(timezone.localtime(notice.starts), "j F Y, H:i")
        return gettext("from %(time)s") % {"time": time}
    if notice.ends is None:
        return gettext("active until further notice")
    if notice.ends > at:
        time = in_words(timezone.localtime(notice.ends), "j F Y, H:i")
        return gettext("active until %(time)s") % {"time": time}
    return gettext("ended")


class NoticeFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("now", _("active")), ("ahead", _("scheduled")), ("over", _("ended"))]

    def queryset(self, request, queryset):
        at = timezone.now()
        chosen = {
            "now": lambda: queryset.current(at),
            "ahead": lambda: queryset.filter(starts__gt=at),
            "over": lambda: queryset.filter(ends__lte=at),
        }
        return chosen.get(self.value(), queryset.all)()


def this_minute():
    """Return the time at which the present minute began: when a new notice starts, by default."""
    return timezone.now().replace(second=0, microsecond=0)


class NoticeForm(VersionedForm):
    """The form of a notice, which may have no end."""

    class Meta:
        model = Notice
        fields = ()  # set by NoticeAdmin

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "starts" in self.fields:
            self.fields["starts"].initial = this_minute
        if "ends" in self.fields:
            self.fields["ends"].widget.without_time = _("Until further notice")


@admin.register(Notice)
class NoticeAdmin(WorkingCopyMixin, VersionedAdmin):
    form = NoticeForm
    list_display = ["sentence", "state", "urgent", "starts", "ends"]
    list_filter = [NoticeFilter, "urgent"]
    search_fields = ["sentence"]
    formfield_overrides = WIDE_FIELDS
    actions = ["take_down"]

    def get_fieldsets(self, request, obj=None):
        when = _("Notices start and end automatically.")
        return [
            (None, {"fields": ["sentence", "link_url", "link_text", "urgent"]}),
            (_("Period"), {"fields": ["starts", "ends"], "description": when}),
        ]

    def save_model(self, request, obj, form, change):
        """Save the notice; warn where it contradicts the opening hours that the contact page shows."""
        super().save_model(request, obj, form, change)
        if found := find_contradictions(obj, Office.objects.with_hours()):
            text = _(
                "The notice does not agree with the opening hours on %(days)s. Correct the notice, or enter an "
                "exception for the office."
            )
            self.message_user(request, text % {"days": "; ".join(map(str, found))}, messages.WARNING)

    @admin.display(description=_("state"))
    def state(self, notice):
        return notice_state(notice, timezone.now())

    @admin.action(description=_("End selected notices now"), permissions=["change"])
    def take_down(self, request, queryset):
        at = timezone.now()
        ended = queryset.current(at).update(ends=at)
        self.message_user(
            request, ngettext("%(count)s notice ended.", "%(count)s notices ended.", ended) % {"count": ended}
        )
