"""The people on the desk: in place of Django's own users."""

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

from accounts import events, sessions
from embassy import email_changes, people, roles, verification
from embassy.second_factor.desk import ResetsSecondFactor

admin.site.unregister(get_user_model())  # Django's, which the import above has registered
admin.site.unregister([totp.TOTPDevice, static_codes.StaticDevice])  # which would show everybody's secrets


class StateFilter(admin.SimpleListFilter):
    """Those who work here, who are invited, who have left."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("here", _("works here")), ("invited", _("invited")), ("left", _("has left"))]

    def queryset(self, request, queryset):
        chosen = {
            "here": lambda: queryset.filter(is_active=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX),
            "invited": lambda: queryset.filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX),
            "left": lambda: queryset.filter(is_active=False),
        }
        return chosen.get(self.value(), lambda: queryset)()


@admin.register(get_user_model())
class PeopleAdmin(ResetsSecondFactor, auth.UserAdmin):
    """Staff: invited by mail, changed, let go. What they may do comes from their groups."""

    form, add_form = people.PersonForm, people.InvitationForm
    add_form_template = None
    list_display = ["person", "email", "state", "in_groups", "second_factor", "last_login"]
    list_filter = [StateFilter, "groups"]
    search_fields = ["email", "first_name", "last_name", "username"]
    ordering = ["last_name", "first_name", "pk"]
    filter_horizontal = ["user_permissions"]
    actions = ["invite_selected", "reset_second_factor_selected", "end_sessions_selected", "deactivate_selected"]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["email", "first_name", "last_name", "groups"],
                "description": gettext_lazy("They get a letter with a link to choose a password. It works for 3 days."),
            },
        )
    ]
    readonly_fields = ["username", "last_login", "date_joined"]

    def get_fieldsets(self, request, obj=None):
        if not obj:
            return self.add_fieldsets
        person = ["email", "first_name", "last_name", "is_active", "groups"]
        above = ["is_staff", "is_superuser", "user_permissions"] if request.user.is_superuser else []
        return [
            (None, {"fields": person}),
            *([(_("For superusers alone"), {"fields": above})] if above else []),
            (_("On the desk"), {"fields": ["username", "last_login", "date_joined"]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        own = ["groups", "is_active"] if obj and obj == request.user and not request.user.is_superuser else []
        return [*self.readonly_fields, *own]  # nobody gives themselves more, or shuts themselves out

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "is_active":
            field.label, field.help_text = _("works here"), _("Untick it when somebody leaves: what they did stays.")
        return field

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.widget = admin.widgets.forms.CheckboxSelectMultiple()
            if not request.user.is_superuser:
                field.queryset = people.assignable(field.queryset)
        return field

    # Who may touch whom

    def may_touch(self, request, obj):
        return request.user.is_superuser or obj is None or not obj.is_superuser

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.may_touch(request, obj) and obj != request.user

    def user_change_password(self, request, id, form_url=""):
        if not request.user.is_superuser:  # others choose their own, by the link in a letter
            raise PermissionDenied
        return verification.ask(request) or super().user_change_password(request, id, form_url)

    # Somebody who changes others has to have verified their identity recently

    def changeform_view(self, request, *args, **kwargs):
        return verification.ask(request) or super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        needed = verification.ask(request) if request.method == "POST" else None
        return needed or super().changelist_view(request, *args, **kwargs)

    def reset_view(self, request, object_id):
        return verification.ask(request) or super().reset_view(request, object_id)

    # Lists

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=gettext_lazy("person"), ordering="last_name")
    def person(self, user):
        return user.get_full_name() or user.get_username()

    @admin.display(description=gettext_lazy("state"))
    def state(self, user):
        if not user.is_active:
            return _("has left")
        return _("works here") if user.has_usable_password() else _("invited")

    @admin.display(description=gettext_lazy("groups"))
    def in_groups(self, user):
        names = [group.name for group in user.groups.all()]
        return ", ".join([_("superuser"), *names] if user.is_superuser else names) or "–"

    def get_actions(self, request, *args, **kwargs):
        return {
            name: action
            for name, action in super().get_actions(request, *args, **kwargs).items()
            if name != "delete_selected"
        }

    # Coming and going

    def add_view(self, request, form_url="", extra_context=None):
        return super().add_view(request, form_url, {"title": _("Invite somebody"), **(extra_context or {})})

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.acting = request.user
        return form

    def save_model(self, request, obj, form, change):
        new = self.take_new_address(obj, form) if change else ""
        super().save_model(request, obj, form, change)
        if new:
            self.change_address(request, obj, new)
        if form.suggestion:
            self.message_user(request, form.suggestion, messages.WARNING)
        if not change:
            self.invite(request, obj)
        elif "is_active" in form.changed_data and not obj.is_active:
            people.deactivate(obj)
        elif "is_active" in form.changed_data and not obj.has_usable_password():  # they choose a password again
            self.invite(request, obj)

    def take_new_address(self, user, form) -> str:
        """Return the address that the form gives `user`, who keeps the old one until it is confirmed; "" for none."""
        old = form.initial.get("email") or ""
        if "email" not in form.changed_data or user.email == old:
            return ""
        new, user.email = user.email, old
        return new

    def change_address(self, request, user, new):
        if email_changes.is_immediate(user):
            email_changes.set_address(user, new)
            return
        email_changes.request_change(user, new, request.at, request.user)
        text = _(
            "A letter goes to %(address)s. The new address is in force once it is confirmed there; until then %(who)s "
            "keeps the old one, which is told, too."
        )
        self.message_user(request, text % {"address": new, "who": user}, messages.SUCCESS)

    def save_related(self, request, form, formsets, change):
        if change and not request.user.is_superuser and "groups" in form.cleaned_data:
            # Groups that a superuser gave, and that this form doesn't show, stay.
            kept = form.instance.groups.exclude(name__in=roles.ROLES).values_list("pk", flat=True)
            chosen = [group.pk for group in form.cleaned_data["groups"]]
            form.cleaned_data["groups"] = Group.objects.filter(pk__in=[*chosen, *kept])
        super().save_related(request, form, formsets, change)

    def invite(self, request, user):
        people.invite(user, request.at)
        text = _("An invitation goes by mail to %(address)s. Its link works for 3 days.") % {"address": user.email}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Send the invitation again"), permissions=["change"])
    def invite_selected(self, request, queryset):
        for user in queryset[:50]:
            if not self.may_touch(request, user):
                why = _("%(who)s is a superuser, whom only another superuser can invite.")
            elif not user.is_active:
                why = _("%(who)s has left. Tick “works here” first.")
            elif user.has_usable_password():
                why = _("%(who)s has a password already. Who has lost it asks for a new one on the login page.")
            elif not user.email:
                why = _("%(who)s has no e-mail address. Enter one first.")
            else:
                self.log_change(request, user, _("Invited again."))
                self.invite(request, user)
                continue
            self.message_user(request, why % {"who": user}, messages.WARNING)

    @admin.action(
        description=gettext_lazy("Let go: they can't log in any more, what they did stays"), permissions=["change"]
    )
    def deactivate_selected(self, request, queryset):
        done = 0
        for user in queryset.filter(is_active=True):
            if user == request.user:
                self.message_user(request, _("You can't shut yourself out. Ask a colleague."), messages.WARNING)
            elif not self.may_touch(request, user):
                text = _("%(who)s is a superuser, whom only another superuser can let go.")
                self.message_user(request, text % {"who": user}, messages.WARNING)
            else:
                people.deactivate(user)
                self.log_change(request, user, _("Let go."))
                done += 1
        if done:
            text = ngettext("%d person can't log in any more.", "%d persons can't log in any more.", done) % done
            self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=gettext_lazy("End all their sessions"), permissions=["change"])
    def end_sessions_selected(self, request, queryset):
        ended = 0
        for user in queryset[:50]:
            if not self.may_touch(request, user):
                text = _("%(who)s is a superuser, whose sessions only another superuser can end.")
                self.message_user(request, text % {"who": user}, messages.WARNING)
            elif count := sessions.end_all(user, keep=request.session.session_key):
                events.record(events.Kind.SESSIONS_ENDED, account=user.pk)
                self.log_change(request, user, _("Sessions ended."))
                ended += count
        text = ngettext("%d session was ended.", "%d sessions were ended.", ended) % ended
        self.message_user(request, text, messages.SUCCESS)

    def delete_view(self, request, object_id, extra_context=None):
        if needed := verification.ask(request):
            return needed
        user = self.get_object(request, object_id)
        if user and self.has_delete_permission(request, user) and people.has_left_marks(user):
            text = _(
                "%(who)s has worked here, and the record names who did what. "
                "Untick “works here” instead: they can't log in any more, and what they did stays."
            )
            self.message_user(request, text % {"who": user}, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
        return super().delete_view(request, object_id, extra_context)
