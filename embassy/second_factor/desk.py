"""A colleague has lost the phone: resetting their second factor among the people of the desk."""

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

from embassy import email_changes


class ResetsSecondFactor:
    """What the people's admin does about second factors: a column, an action, and a button on each person's page."""

    def get_queryset(self, request):
        phones = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).annotate(has_second_factor=Exists(phones))

    @admin.display(description=gettext_lazy("second factor"), boolean=True, ordering="has_second_factor")
    def second_factor(self, user):
        return user.has_second_factor

    def why_not(self, request, user) -> str:
        """Return why the second factor of `user` is not for this person to reset; empty where it is."""
        if user == request.user:
            return _("Your own second factor is under “Second factor”, above. Without the phone, use a backup code.")
        if not self.may_touch(request, user):
            return _("%(who)s is a superuser, whose second factor only another superuser can reset.") % {"who": user}
        if not request.user.is_superuser and email_changes.is_under_way(user, request.at):
            return _(
                "The e-mail address of %(who)s was changed, or is to be, within 7 days. Only a superuser can reset "
                "their second factor now."
            ) % {"who": user}
        if not user.has_second_factor:
            return _("%(who)s has no second factor.") % {"who": user}
        return ""

    def reset_second_factor(self, request, user):
        from embassy import people

        with transaction.atomic():
            people.reset_second_factor(user, request.at, by=request.user)
            self.log_change(request, user, _("Second factor reset."))
        text = _("The second factor of %(who)s is reset. They log in with the password alone, and hear of it by mail.")
        self.message_user(request, text % {"who": user}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Reset the second factor, which was lost"), permissions=["change"])
    def reset_second_factor_selected(self, request, queryset):
        for user in queryset[:50]:
            why = self.why_not(request, user)
            if why:
                self.message_user(request, why, messages.WARNING)
            else:
                self.reset_second_factor(request, user)

    # On a person's page

    def get_urls(self):
        view = self.admin_site.admin_view(self.reset_view)
        ours = path("<path:object_id>/second-factor/", view, name="auth_user_reset_second_factor")
        return [ours, *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        change = obj and self.has_change_permission(request, obj)
        context["may_reset"] = change and not self.why_not(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def reset_view(self, request, object_id):
        """Ask whether it is really they who ask, and reset."""
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        why = self.why_not(request, user)
        if why:
            self.message_user(request, why, messages.WARNING)
        elif request.method == "POST":
            self.reset_second_factor(request, user)
        else:
            title = _("Reset the second factor")
            context = {**self.admin_site.each_context(request), "opts": self.opts, "person": user, "title": title}
            return render(request, "second_factor/reset.html", context)
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
