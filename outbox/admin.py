"""Admin of the outbox: waiting and failed e-mails. Rows hold ids only, so it shows no personal data."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outbox.models import OutboxEmail


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("waiting")), ("failing", _("failing")), ("sent", _("sent"))]

    def queryset(self, request, queryset):
        chosen = {
            "waiting": queryset.waiting,
            "failing": queryset.failing,
            "sent": lambda: queryset.exclude(sent_at=None),
        }
        return chosen.get(self.value(), queryset.all)()


@admin.register(OutboxEmail)
class OutboxAdmin(admin.ModelAdmin):
    """Read-only list, with an action to retry after a problem has been fixed."""

    list_display = ["pk", "kind", "state", "written_at", "due_at", "attempts", "error"]
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
    def state(self, email):
        if email.sent_at:
            return _("sent")
        if email.given_up_at:
            return _("given up")
        return _("retrying") if email.last_error else _("waiting")

    @admin.display(description=_("last error"))
    def error(self, email):
        return email.error_text

    @admin.action(description=_("Retry selected e-mails now"), permissions=["view"])
    def try_now(self, request, queryset):
        at = timezone.now()
        due = queryset.filter(sent_at=None).update(due_at=at, given_up_at=None)
        text = ngettext("%(count)s e-mail queued for retry.", "%(count)s e-mails queued for retry.", due)
        self.message_user(request, text % {"count": due})
