"""The security events on the desk: read only, for site managers."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import SecurityEvent


class AccountFilter(admin.SimpleListFilter):
    title = gettext_lazy("account")
    parameter_name = "who"

    def lookups(self, request, model_admin):
        return [(str(user.pk), str(user)) for user in get_user_model().objects.order_by("username")]

    def queryset(self, request, queryset):
        chosen = {key for key, _label in self.lookup_choices}
        return queryset.filter(account=int(self.value())) if self.value() in chosen else queryset


@admin.register(SecurityEvent)
class SecurityEventAdmin(admin.ModelAdmin):
    """A log is read, never made, changed or deleted."""

    list_display = ["at", "kind", "whose", "by_whom", "detail", "origin"]
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
        self.__dict__.pop("names", None)
        return super().get_queryset(request)

    @cached_property
    def names(self) -> dict[int, str]:
        return {user.pk: str(user) for user in get_user_model().objects.only("pk", "username")}

    def name(self, number) -> str:
        if number is None:
            return "–"
        return self.names.get(number) or _("deleted account %(number)s") % {"number": number}

    @admin.display(description=gettext_lazy("account"))
    def whose(self, event):
        return self.name(event.account)

    @admin.display(description=gettext_lazy("by"))
    def by_whom(self, event):
        return self.name(event.actor)

    @admin.display(description=gettext_lazy("network"))
    def origin(self, event):
        return event.network[:8] or "–"  # the same letters: the same network
