"""User admin: invite, change, deactivate and delete staff accounts; replaces Django's."""

from django.contrib import admin, messages
from django.contrib.auth import admin as auth
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_otp.plugins.otp_static import admin as static_codes
from django_otp.plugins.otp_totp import admin as totp

from accounts import email_changes, forms, reauthentication, roles, security_events, sessions, staff
from accounts.admin.erasure import NameErasureMixin
from accounts.admin.two_factor import TwoFactorResetMixin

admin.site.unregister(get_user_model())  # Django's, registered by the import above
admin.site.unregister([totp.TOTPDevice, static_codes.StaticDevice])  # they would show the secrets


class UserStateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("active", _("active")), ("invited", _("invited")), ("inactive", _("inactive"))]

    def queryset(self, request, queryset):
        filters = {
            "active": lambda: queryset.filter(is_active=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX),
            "invited": lambda: queryset.filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX),
            "inactive": lambda: queryset.filter(is_active=False),
        }
        return filters.get(self.value(), lambda: queryset)()


@admin.register(get_user_model())
class UserAdmin(NameErasureMixin, TwoFactorResetMixin, auth.UserAdmin):
    """Users get their permissions from groups. Only superusers can change superusers."""

    form, add_form = forms.UserForm, forms.InvitationForm
    add_form_template = None
    add_label = gettext_lazy("Invite a colleague")
    list_display = ["full_name", "email_address", "state", "group_names", "two_factor", "last_login"]
    list_filter = [UserStateFilter, "groups"]
    search_fields = ["email", "first_name", "last_name", "username"]
    ordering = ["last_name", "first_name", "pk"]
    filter_horizontal = ["user_permissions"]
    actions = ["invite_selected", "reset_two_factor_selected", "end_sessions_selected", "deactivate_selected"]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["email", "first_name", "last_name", "groups"],
                "description": gettext_lazy("They will be e-mailed a link to choose a password, valid for 3 days."),
            },
        )
    ]
    readonly_fields = ["username", "last_login", "date_joined"]

    def get_fieldsets(self, request, obj=None):
        if not obj:
            return self.add_fieldsets
        fieldsets = [
            (None, {"fields": ["email", "first_name", "last_name", "is_active", "groups"]}),
            (_("Superusers only"), {"fields": ["is_staff", "is_superuser", "user_permissions"]}),
            (_("Account"), {"fields": ["username", "last_login", "date_joined"]}),
        ]
        return fieldsets if request.user.is_superuser else [fieldsets[0], fieldsets[2]]

    def get_readonly_fields(self, request, obj=None):
        own = ["groups", "is_active"] if obj and obj == request.user and not request.user.is_superuser else []
        return [*self.readonly_fields, *own]  # users cannot extend their own permissions or deactivate themselves

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "is_active":
            field.label, field.help_text = _("active"), _("Untick when someone leaves; their history is kept.")
        return field

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.widget = admin.widgets.forms.CheckboxSelectMultiple()
            if not request.user.is_superuser:
                field.queryset = staff.assignable_groups(field.queryset)
        return field

    # Permissions

    def can_manage(self, request, obj):
        return request.user.is_superuser or obj is None or not obj.is_superuser

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.can_manage(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.can_manage(request, obj) and obj != request.user

    def user_change_password(self, request, id, form_url=""):
        if not request.user.is_superuser:  # users choose their own, by the link in an e-mail
            raise PermissionDenied
        return reauthentication.require_reauthentication(request) or super().user_change_password(request, id, form_url)

    # Reauthentication before changes

    def changeform_view(self, request, *args, **kwargs):
        return reauthentication.require_reauthentication(request) or super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        response = reauthentication.require_reauthentication(request) if request.method == "POST" else None
        return response or super().changelist_view(request, *args, **kwargs)

    def reset_view(self, request, object_id):
        return reauthentication.require_reauthentication(request) or super().reset_view(request, object_id)

    # Lists

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=gettext_lazy("name"), ordering="last_name")
    def full_name(self, user):
        return user.get_full_name() or user.get_username()

    @admin.display(description=gettext_lazy("e-mail"), ordering="email")
    def email_address(self, user):
        return user.email

    @admin.display(description=gettext_lazy("state"))
    def state(self, user):
        if not user.is_active:
            return _("inactive")
        return _("active") if user.has_usable_password() else _("invited")

    @admin.display(description=gettext_lazy("groups"))
    def group_names(self, user):
        names = [group.name for group in user.groups.all()]
        return ", ".join([_("superuser"), *names] if user.is_superuser else names) or "–"

    def get_actions(self, request, *args, **kwargs):
        return {
            name: action
            for name, action in super().get_actions(request, *args, **kwargs).items()
            if name != "delete_selected"
        }

    # Inviting and saving

    def response_add(self, request, obj, post_url_continue=None):
        """Return to the list; that an invitation will be sent has been said."""
        return self.response_post_save_add(request, obj)

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.acting_user = request.user
        return form

    def save_model(self, request, obj, form, change):
        new_email = self.hold_back_new_email(obj, form) if change else ""
        super().save_model(request, obj, form, change)
        if new_email:
            self.change_email(request, obj, new_email)
        if form.suggestion:
            self.message_user(request, form.suggestion, messages.WARNING)
        if not change:
            self.invite(request, obj)
        elif "is_active" in form.changed_data and not obj.is_active:
            staff.deactivate_user(obj)
        elif "is_active" in form.changed_data and not obj.has_usable_password():  # reactivated
            self.invite(request, obj)

    def hold_back_new_email(self, user, form) -> str:
        """Return the new address from the form, and give `user` the old one until it is confirmed; "" if unchanged."""
        old_email = form.initial.get("email") or ""
        if "email" not in form.changed_data or user.email == old_email:
            return ""
        new_email, user.email = user.email, old_email
        return new_email

    def change_email(self, request, user, new_email):
        if email_changes.needs_no_confirmation(user):
            email_changes.set_email(user, new_email)
            return
        email_changes.request_email_change(user, new_email, request.at, request.user)
        text = _(
            "An e-mail will be sent to %(email)s. The new address takes effect once it is confirmed there. Until then "
            "%(user)s keeps the old address, which is notified too."
        )
        self.message_user(request, text % {"email": new_email, "user": user}, messages.SUCCESS)

    def save_related(self, request, form, formsets, change):
        if change and not request.user.is_superuser and "groups" in form.cleaned_data:
            # Keep the groups that only a superuser can assign and that this form does not show.
            hidden = form.instance.groups.exclude(name__in=roles.ROLES).values_list("pk", flat=True)
            selected = [group.pk for group in form.cleaned_data["groups"]]
            form.cleaned_data["groups"] = Group.objects.filter(pk__in=[*selected, *hidden])
        super().save_related(request, form, formsets, change)

    def invite(self, request, user):
        staff.invite_user(user, request.at)
        text = _("An invitation will be e-mailed to %(email)s. Its link is valid for 3 days.") % {"email": user.email}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Send the invitation again"), permissions=["change"])
    def invite_selected(self, request, queryset):
        for user in queryset[:50]:
            if not self.can_manage(request, user):
                refusal = _("%(user)s is a superuser. Only a superuser can invite a superuser.")
            elif not user.is_active:
                refusal = _("%(user)s is inactive. Tick “active” first.")
            elif user.has_usable_password():
                refusal = _("%(user)s already has a password. To replace a lost one, use the link on the sign-in page.")
            elif not user.email:
                refusal = _("%(user)s has no e-mail address. Enter one first.")
            else:
                self.log_change(request, user, _("Invited again."))
                self.invite(request, user)
                continue
            self.message_user(request, refusal % {"user": user}, messages.WARNING)

    @admin.action(description=gettext_lazy("Deactivate selected users"), permissions=["change"])
    def deactivate_selected(self, request, queryset):
        done = 0
        for user in queryset.filter(is_active=True):
            if user == request.user:
                self.message_user(request, _("You cannot deactivate yourself. Ask a colleague."), messages.WARNING)
            elif not self.can_manage(request, user):
                text = _("%(user)s is a superuser. Only a superuser can deactivate a superuser.")
                self.message_user(request, text % {"user": user}, messages.WARNING)
            else:
                staff.deactivate_user(user)
                self.log_change(request, user, _("Deactivated."))
                done += 1
        if done:
            text = ngettext("%d user deactivated.", "%d users deactivated.", done) % done
            self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=gettext_lazy("End all sessions of selected users"), permissions=["change"])
    def end_sessions_selected(self, request, queryset):
        ended = 0
        for user in queryset[:50]:
            if not self.can_manage(request, user):
                text = _("%(user)s is a superuser. Only a superuser can end their sessions.")
                self.message_user(request, text % {"user": user}, messages.WARNING)
            elif count := sessions.end_sessions(user, keep=request.session.session_key):
                security_events.record_event(security_events.Kind.SESSIONS_ENDED, account=user.pk)
                self.log_change(request, user, _("Sessions ended."))
                ended += count
        text = ngettext("%d session ended.", "%d sessions ended.", ended) % ended
        self.message_user(request, text, messages.SUCCESS)

    def delete_view(self, request, object_id, extra_context=None):
        if response := reauthentication.require_reauthentication(request):
            return response
        user = self.get_object(request, object_id)
        if user and self.has_delete_permission(request, user) and staff.has_references(user):
            text = _(
                "%(user)s cannot be deleted because the history refers to them. "
                "Untick “active” instead: they can no longer sign in, and their history is kept."
            )
            self.message_user(request, text % {"user": user}, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
        return super().delete_view(request, object_id, extra_context)
