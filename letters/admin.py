"""The outbox on the desk: what waits, what a mail server refused. A letter names ids, so nothing here is personal."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from letters.models import Letter


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("waits")), ("trouble", _("in trouble")), ("sent", _("sent"))]

    def queryset(self, request, queryset):
        chosen = {
            "waiting": queryset.waiting,
            "trouble": queryset.failing,
            "sent": lambda: queryset.exclude(sent_at=None),
        }
        return chosen.get(self.value(), queryset.all)()


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """Letters are looked at, and tried again once somebody has mended what was wrong; never made or changed."""

    list_display = ["pk", "kind", "state", "written_at", "due_at", "attempts", "why"]
    list_display_links = None
    list_filter = [StateFilter]
    show_full_result_count = False
    actions = ["try_now"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("state"))
    def state(self, letter):
        if letter.sent_at:
            return _("sent")
        if letter.given_up_at:
            return _("given up")
        return _("waits, is tried again") if letter.last_error else _("waits")

    @admin.display(description=_("why it did not leave"))
    def why(self, letter):
        return letter.error_text

    @admin.action(description=_("Try the chosen letters again now"), permissions=["view"])
    def try_now(self, request, queryset):
        at = timezone.now()
        due = queryset.filter(sent_at=None).update(due_at=at, given_up_at=None)
        text = ngettext("%(count)s letter is tried again.", "%(count)s letters are tried again.", due)
        self.message_user(request, text % {"count": due})
