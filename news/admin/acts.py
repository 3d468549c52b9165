"""The acts on the desk: submit, approve, send back, withdraw, restore. Each asks for what it needs and is recorded."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editions.ids import is_id
from editions.models import new_edition
from news import letters
from news.admin.forms import ReasonForm
from news.admin.steps import MOST, STEPS, WITH_REASON, outlook, result
from news.models import Act, Message
from news.templatetags.moments import in_cities

State = Message.State


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
        recorded = obj and (obj.approved_at or obj.log_entries.exists())
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
        state = obj.state(request.at)
        text = {
            State.SUBMITTED: _("It waits for approval now."),
            State.PUBLISHED: _("It is public now, at %s") % obj.get_absolute_url(),
            State.SCHEDULED: _("It will be public at %s.") % (obj.publish_at and in_cities(obj.publish_at)),
        }.get(state, _("Its state is now: %s.") % state.label)
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:news_message_change", args=[obj.pk]))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        state = obj.state(request.at) if obj else State.DRAFT
        waits = state in (State.DRAFT, State.SUBMITTED)
        context["can_submit"] = state == State.DRAFT and self.may(request, "submit")
        context["can_approve"] = waits and self.may(request, "approve")
        context["is_scheduled"] = state == State.SCHEDULED and self.may(request, "approve")
        context["own_text"] = not obj or request.user.pk in obj.authors()
        context["backward"] = [
            (name, step.label, f"{reverse(f'admin:news_message_{name}')}?ids={obj.pk}")
            for name, step in WITH_REASON.items()
            if obj and state in step.states and self.may(request, step.permission)
        ]
        context["acts"] = acts = list(obj.log_entries.select_related("by")) if obj else []
        context["is_withdrawn"] = state == State.WITHDRAWN
        last = next((act for act in acts if act.kind in (Act.Kind.SENT_BACK, Act.Kind.SUBMITTED)), None)
        context["sent_back"] = last if last and last.kind == Act.Kind.SENT_BACK and state == State.DRAFT else None
        return super().render_change_form(request, context, add, change, form_url, obj)

    # From the list

    @admin.action(description=gettext_lazy("Submit for approval"), permissions=["submit"])
    def submit_selected(self, request, queryset):
        chosen = self.bounded(request, queryset.drafts())
        if chosen is not None:
            self.do_all(request, chosen, lambda message: message.submit(at=request.at, by=request.user), _("Submitted"))

    @admin.action(description=gettext_lazy("Approve …"), permissions=["approve"])
    def approve_selected(self, request, queryset):
        nothing = _("None of these waits for approval.")
        return self.to_page(request, "approve", queryset.submitted(), nothing)

    @admin.action(description=gettext_lazy("Withdraw …"), permissions=["withdraw"])
    def withdraw_selected(self, request, queryset):
        nothing = _("None of these is published, so none can be withdrawn.")
        return self.to_page(request, "withdraw", queryset.published(request.at), nothing)

    def bounded(self, request, queryset):
        """Return the chosen ids, all of them; None, with a sentence, where they are too many for one step."""
        chosen = list(queryset.values_list("pk", flat=True)[: MOST + 1])
        if len(chosen) <= MOST:
            return chosen
        text = _("You have chosen more than %d messages, so nothing was done. Choose fewer at a time.") % MOST
        self.message_user(request, text, messages.WARNING)
        return None

    def to_page(self, request, name, queryset, nothing):
        """Lead to the page of a step, with the chosen messages that it can be done to."""
        chosen = self.bounded(request, queryset)
        if chosen == []:
            self.message_user(request, nothing, messages.WARNING)
        if not chosen:
            return None
        return HttpResponseRedirect(f"{reverse(f'admin:news_message_{name}')}?ids={','.join(map(str, chosen))}")

    def do_all(self, request, pks, act, label):
        """Do an act to many messages in one edition: those that refuse say why, and the others are done."""
        done = []
        with new_edition():
            # Read again: since the list was shown, or while this waited for its turn, a colleague may have acted.
            for message in Message.objects.filter(pk__in=pks):
                try:
                    act(message)
                    done.append(message)
                except ValidationError as error:
                    why = f"{message.headline}: {' '.join(error.messages)}"
                    self.message_user(request, why, messages.WARNING)
            letters.tell(done, request.at)
        if done:
            self.message_user(request, result(label, done, request.at), messages.SUCCESS)
        else:
            self.message_user(request, _("Nothing was changed."), messages.WARNING)

    # With a page of their own: what needs a reason, or is done to many

    def get_urls(self):
        wrap = self.admin_site.admin_view
        pages = [path(f"{name}/", wrap(self.step_view), {"name": name}, name=f"news_message_{name}") for name in STEPS]
        return [*pages, *super().get_urls()]

    def step_view(self, request, name):
        """Name the chosen messages and what happens to each, ask for the reason where there is one, and do the step."""
        step = STEPS[name]
        self.require(request, step.permission)
        ids = [int(pk) for pk in request.GET.get("ids", "").split(",") if is_id(pk)]
        if self.bounded(request, Message.objects.filter(pk__in=ids[: MOST + 1])) is None:
            return HttpResponseRedirect(reverse("admin:news_message_changelist"))
        found = list(Message.objects.filter(pk__in=ids).select_related("category"))
        chosen = [message for message in found if message.state(request.at) in step.states]
        if not found:
            raise Http404
        if not chosen:
            text = _("A colleague was faster, or there is nothing left to do here. This is how it is now.")
            self.message_user(request, text, messages.WARNING)
            return where_it_stands(found)
        form = ReasonForm(request.POST or None) if step.asks_reason else None
        if request.method == "POST" and (form is None or form.is_valid()):
            moment = {"at": request.at, "by": request.user}
            reason = [form.cleaned_data["reason"]] if form else []
            pks = [message.pk for message in chosen]
            self.do_all(request, pks, lambda message: getattr(message, name)(*reason, **moment), step.done)
            return where_it_stands(chosen)
        outlooks = [outlook(message, request.user, request.at) for message in chosen] if name == "approve" else ()
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "says": step.says(len(chosen)),
            "opts": self.opts,
            "form": form,
            "chosen": [(message, outlooks[i] if outlooks else None) for i, message in enumerate(chosen)],
            "may_do": not outlooks or any(may for _text, may in outlooks),
            "back": where_it_stands(chosen).url,
        }
        return TemplateResponse(request, "admin/news/message/backward.html", context)


def where_it_stands(chosen):
    """Lead back to the message, or to the list where there are several."""
    if len(chosen) == 1:
        return HttpResponseRedirect(reverse("admin:news_message_change", args=[chosen[0].pk]))
    return HttpResponseRedirect(reverse("admin:news_message_changelist"))
