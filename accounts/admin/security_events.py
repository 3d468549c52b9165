"""Security event log in the admin: read-only, for site managers."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SecurityEvent


class AccountFilter(admin.SimpleListFilter):
    title = gettext_lazy("account")
    parameter_name = "account"

    def lookups(self, request, model_admin):
        return [(str(user.pk), str(user)) for user in get_user_model().objects.order_by("username")]

    def queryset(self, request, queryset):
        choices = {key for key, _label in self.lookup_choices}
        return queryset.filter(account=int(self.value())) if self.value() in choices else queryset


@admin.register(SecurityEvent)
class SecurityEventAdmin(admin.ModelAdmin):
    list_display = ["at", "kind", "account_name", "actor_name", "detail", "network_tag"]
    list_display_links = None
    list_filter = ["kind", AccountFilter]
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        self.__dict__.pop("usernames", None)  # cached for one request
        return super().get_queryset(request)

    @cached_property
    def usernames(self) -> dict[int, str]:
        return {user.pk: str(user) for user in get_user_model().objects.only("pk", "username")}

    def username(self, user_id) -> str:
        if user_id is None:
            return "–"
        return self.usernames.get(user_id) or _("deleted account %(id)s") % {"id": user_id}

    @admin.display(description=gettext_lazy("account"))
    def account_name(self, event):
        return self.username(event.account)

    @admin.display(description=gettext_lazy("by"))
    def actor_name(self, event):
        return self.username(event.actor)

    @admin.display(description=gettext_lazy("network"))
    def network_tag(self, event):
        return event.network[:8] or "–"  # enough to see whether two events came from the same network
