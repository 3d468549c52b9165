"""The acts on the desk: submit, approve, send back, withdraw, restore. Each asks for what it needs and is recorded."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from editions.ids import is_id
from editions.models import new_edition
from news import letters
from news.admin.forms import ReasonForm
from news.models import Message
from news.templatetags.moments import in_cities

State = Message.State

# The acts that take a message back and need a reason: the permission, the states they start from, what they are
# called, and what they will do.
BACKWARD = {
    "send_back": (
        "approve",
        {State.SUBMITTED, State.SCHEDULED},
        gettext_lazy("Send back"),
        gettext_lazy("These become drafts again. The writer reads your reason."),
    ),
    "withdraw": (
        "withdraw",
        {State.PUBLISHED},
        gettext_lazy("Withdraw"),
        gettext_lazy(
            "These are taken back at once from every page, list and feed. "
            "Their addresses keep a notice with today's date and your reason."
        ),
    ),
    "restore": (
        "withdraw",
        {State.WITHDRAWN},
        gettext_lazy("Restore"),
        gettext_lazy("These come back at once where they were. Your reason is recorded, and not shown to the public."),
    ),
}


class ActsMixin:
    """The buttons of a message's way, apart from Save, and the pages that ask for a reason."""

    actions = ["submit_selected", "approve_selected", "withdraw_selected", "save_as_table"]

    # Who may do what

    def may(self, request, act):
        """Say whether the officer may do `act`: submit, approve, correct or withdraw."""
        return request.user.has_perm(f"news.{act}_message")

    def has_submit_permission(self, request):
        return self.may(request, "submit")

    def has_approve_permission(self, request):
        return self.may(request, "approve")

    def has_withdraw_permission(self, request):
        return self.may(request, "withdraw")

    def has_change_permission(self, request, obj=None):
        # What somebody has approved is not the writer's to change any more.
        if obj and obj.approved_at and not self.may(request, "approve"):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        # Only what nobody has acted on can go: the rest is the record.
        recorded = obj and (obj.approved_at or obj.acts.exists())
        return super().has_delete_permission(request, obj) and not recorded

    def get_actions(self, request, *args, **kwargs):
        return {
            name: action
            for name, action in super().get_actions(request, *args, **kwargs).items()
            if name != "delete_selected"
        }

    # With the form: submit, approve

    def save_model(self, request, obj, form, change):
        with new_edition():
            if form.has_changed() or not change:  # who approves what they haven't touched has not written on it
                with obj.written_at(request.at, request.user):
                    super().save_model(request, obj, form, change)
            if "_submit" in request.POST:
                self.require(request, "submit")
                obj.submit(at=request.at, by=request.user)
            elif "_approve" in request.POST:
                self.require(request, "approve")
                obj.approve(at=request.at, by=request.user, override=form.cleaned_data.get("override", ""))
            elif getattr(form, "is_scheduled", False) and form.words_differ:
                obj.change_approved(form.cleaned_data.get("override", ""), at=request.at, by=request.user)
            if {"_submit", "_approve"} & request.POST.keys():
                letters.tell([obj], request.at)

    def require(self, request, act):
        """Refuse an officer who may not do `act`."""
        if not self.may(request, act):
            raise PermissionDenied

    def response_post_save_change(self, request, obj):
        return self.say_where_it_stands(request, obj) or super().response_post_save_change(request, obj)

    def response_post_save_add(self, request, obj):
        return self.say_where_it_stands(request, obj) or super().response_post_save_add(request, obj)

    def say_where_it_stands(self, request, obj):
        """Say what became of a message that was submitted or approved, and stay with it."""
        if not {"_submit", "_approve"} & request.POST.keys():
            return None
        text = {
            State.SUBMITTED: _("It waits for approval now."),
            State.PUBLISHED: _("It is public now, at %s") % obj.get_absolute_url(),
            State.SCHEDULED: _("It will be public at %s.") % (obj.publish_at and in_cities(obj.publish_at)),
        }[obj.state(request.at)]
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:news_message_change", args=[obj.pk]))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        state = obj.state(request.at) if obj else State.DRAFT
        waits = state in (State.DRAFT, State.SUBMITTED)
        context["can_submit"] = state == State.DRAFT and self.may(request, "submit")
        context["can_approve"] = waits and self.may(request, "approve")
        context["is_scheduled"] = state == State.SCHEDULED and self.may(request, "approve")
        context["own_text"] = not obj or request.user.pk in obj.writers()
        context["backward"] = [
            (act, label, f"{reverse(f'admin:news_message_{act}')}?ids={obj.pk}")
            for act, (permission, states, label, _says) in BACKWARD.items()
            if obj and state in states and self.may(request, permission)
        ]
        context["acts"] = obj.acts.select_related("by") if obj else ()
        return super().render_change_form(request, context, add, change, form_url, obj)

    # From the list

    @admin.action(description=gettext_lazy("Submit for approval"), permissions=["submit"])
    def submit_selected(self, request, queryset):
        self.do_all(request, list(queryset.drafts()), lambda message: message.submit(at=request.at, by=request.user))

    @admin.action(description=gettext_lazy("Approve: public at once, or at its moment"), permissions=["approve"])
    def approve_selected(self, request, queryset):
        waiting = list(queryset.submitted())
        self.do_all(request, waiting, lambda message: message.approve(at=request.at, by=request.user))

    @admin.action(description=gettext_lazy("Withdraw …"), permissions=["withdraw"])
    def withdraw_selected(self, request, queryset):
        chosen = ",".join(str(pk) for pk in queryset.published(request.at).values_list("pk", flat=True)[:500])
        if not chosen:
            self.message_user(request, _("None of these is published, so none can be withdrawn."), messages.WARNING)
            return None
        return HttpResponseRedirect(f"{reverse('admin:news_message_withdraw')}?ids={chosen}")

    def do_all(self, request, chosen, act):
        """Do an act to many messages in one edition: those that refuse say why, and the others are done."""
        done = []
        with new_edition():
            # Read anew: since the list was shown, or while this waited for its turn, a colleague may have acted.
            for message in Message.objects.filter(pk__in=[message.pk for message in chosen]):
                try:
                    act(message)
                    done.append(message)
                except ValidationError as error:
                    why = f"{message.headline}: {' '.join(error.messages)}"
                    self.message_user(request, why, messages.WARNING)
            letters.tell(done, request.at)
        text = ngettext("Done for %d message.", "Done for %d messages.", len(done)) % len(done)
        self.message_user(request, text, messages.SUCCESS if done else messages.WARNING)
        return len(done)

    # With a page of their own: what takes a message back

    def get_urls(self):
        wrap = self.admin_site.admin_view
        pages = [
            path(f"{act}/", wrap(self.backward_view), {"act": act}, name=f"news_message_{act}") for act in BACKWARD
        ]
        return [*pages, *super().get_urls()]

    def backward_view(self, request, act):
        """Ask for the reason, then do the act to the chosen messages."""
        permission, states, label, says = BACKWARD[act]
        self.require(request, permission)
        ids = [int(pk) for pk in request.GET.get("ids", "").split(",") if is_id(pk)][:500]
        found = list(Message.objects.filter(pk__in=ids))
        chosen = [message for message in found if message.state(request.at) in states]
        if not found:
            raise Http404
        if not chosen:
            text = _("A colleague was faster, or nothing is left to do here: this is how it stands now.")
            self.message_user(request, text, messages.WARNING)
            return where_it_stands(found)
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            self.do_all(request, chosen, lambda message: getattr(message, act)(reason, at=request.at, by=request.user))
            return where_it_stands(chosen)
        context = {
            **self.admin_site.each_context(request),
            "title": label,
            "says": says,
            "opts": self.opts,
            "form": form,
            "chosen": chosen,
        }
        return TemplateResponse(request, "admin/news/message/backward.html", context)


def where_it_stands(chosen):
    """Lead back to the message, or to the list where there are several."""
    if len(chosen) == 1:
        return HttpResponseRedirect(reverse("admin:news_message_change", args=[chosen[0].pk]))
    return HttpResponseRedirect(reverse("admin:news_message_changelist"))
