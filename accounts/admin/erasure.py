"""Erasure of a former officer's name in the admin of users: a page that asks for confirmation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from accounts import erasure, reauthentication


class NameErasureMixin:
    """Mixin for the ModelAdmin of users."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.erase_name_view)
        return [path("<path:object_id>/erase-name/", view, name="auth_user_erase_name"), *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        may_change = obj and self.has_change_permission(request, obj)
        context["can_erase_name"] = may_change and not erasure_refusal(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def erase_name_view(self, request, object_id):
        """Ask for confirmation; erase the name on POST."""
        if response := reauthentication.require_reauthentication(request):
            return response
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if refusal := erasure_refusal(request, user):
            self.message_user(request, refusal, messages.WARNING)
        elif request.method == "POST":
            erasure.erase_name(user, request.at, by=request.user)
            text = _("The name and the e-mail address have been erased. The history now names “%(user)s”.")
            self.message_user(request, text % {"user": user.get_full_name()}, messages.SUCCESS)
        else:
            title = _("Erase the name")
            context = {**self.admin_site.each_context(request), "opts": self.opts, "account": user, "title": title}
            return render(request, "accounts/erase_name.html", context)
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))


def erasure_refusal(request, user) -> str:
    """Return why the requesting user cannot erase the name of `user`; "" if they can."""
    if user == request.user:
        return _("You cannot erase your own name. Ask a colleague.")
    if erasure.is_erased(user):
        return _("This name has already been erased.")
    if user.is_active:
        return _("%(user)s is active. Untick “active” first, then erase the name.") % {"user": user}
    return ""
