"""Two-step verification in the admin of users: a column, an action and a page to reset it for a lost phone."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import email_changes, staff


class TwoFactorResetMixin:
    """Mixin for the ModelAdmin of users."""

    def get_queryset(self, request):
        phones = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).annotate(has_two_factor=Exists(phones))

    @admin.display(description=gettext_lazy("two-step verification"), boolean=True, ordering="has_two_factor")
    def two_factor(self, user):
        return user.has_two_factor

    def reset_refusal(self, request, user) -> str:
        """Return why the requesting user cannot reset the two-step verification of `user`; "" if they can."""
        if user == request.user:
            return _("To change your own, use “Two-step verification” above. Without your phone, use a backup code.")
        if not self.can_manage(request, user):
            return _("%(user)s is a superuser. Only a superuser can reset their two-step verification.") % {
                "user": user
            }
        if not request.user.is_superuser and email_changes.has_pending_change(user, request.at):
            return _(
                "A change of the e-mail address of %(user)s was requested within the last 7 days. Only a superuser can "
                "reset their two-step verification now."
            ) % {"user": user}
        if not user.has_two_factor:
            return _("%(user)s has not set up two-step verification.") % {"user": user}
        return ""

    def reset_two_factor(self, request, user):
        with transaction.atomic():
            staff.reset_two_factor(user, request.at, by=request.user)
            self.log_change(request, user, _("Two-step verification reset."))
        text = _(
            "Two-step verification of %(user)s has been reset. They can sign in with their password alone and have "
            "been notified by e-mail."
        )
        self.message_user(request, text % {"user": user}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Reset two-step verification of selected users"), permissions=["change"])
    def reset_two_factor_selected(self, request, queryset):
        for user in queryset[:50]:
            refusal = self.reset_refusal(request, user)
            if refusal:
                self.message_user(request, refusal, messages.WARNING)
            else:
                self.reset_two_factor(request, user)

    # The page of one user

    def get_urls(self):
        view = self.admin_site.admin_view(self.reset_view)
        return [path("<path:object_id>/two-factor/", view, name="auth_user_reset_two_factor"), *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        may_change = obj and self.has_change_permission(request, obj)
        context["can_reset_two_factor"] = may_change and not self.reset_refusal(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def reset_view(self, request, object_id):
        """Ask for confirmation; reset on POST."""
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        refusal = self.reset_refusal(request, user)
        if refusal:
            self.message_user(request, refusal, messages.WARNING)
        elif request.method == "POST":
            self.reset_two_factor(request, user)
        else:
            title = _("Reset two-step verification")
            context = {**self.admin_site.each_context(request), "opts": self.opts, "account": user, "title": title}
            return render(request, "accounts/two_factor/reset.html", context)
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
