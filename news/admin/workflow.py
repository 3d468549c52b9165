"""Workflow in the admin: submit, approve, send back, withdraw, restore; one message on its form, many from the list."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.views import AdminViews, redirect_to_form, redirect_to_list
from core.admin.workflow_forms import StepRefused, published_text
from core.ids import is_valid_pk
from core.templatetags.datetimes import in_zones
from editions.models import new_edition
from news import emails
from news.admin.forms import ReasonForm, WithdrawForm
from news.admin.limits import warn_without_approver
from news.admin.workflow_steps import MAX_MESSAGES, ON_FORM, STEPS, approval_preview, result_text
from news.models import Message, WorkflowLogEntry
from news.remarks import count_open_remarks

State = Message.State


def has_workflow_permission(request, action: str) -> bool:
    """Return whether the user may `action` messages: submit, approve, correct or withdraw."""
    return request.user.has_perm(f"news.{action}_message")


def require_permission(request, action: str) -> None:
    """Raise PermissionDenied where the user may not `action` messages."""
    if not has_workflow_permission(request, action):
        raise PermissionDenied


# On the form


def apply_step(request, message, form) -> None:
    """Take the step of the pressed button on a saved message: submit or approve it. Raise StepRefused otherwise."""
    step = {"at": request.at, "by": request.user}
    try:
        if "_submit" in request.POST:
            require_permission(request, "submit")
            message.submit(**step)
        elif "_approve" in request.POST:
            require_permission(request, "approve")
            # `form.clean` has refused what was changed since it was read; what this request has changed is the user's.
            version = message.newest_version()
            message.approve(**step, version=version, override=form.cleaned_data.get("override", ""))
    except ValidationError as error:
        raise StepRefused(error) from error
    if has_step(request):
        emails.notify([message], request.at)
        warn_without_approver(request, [message])
    elif form.has_changed():
        submit_again_if_submitted(request, message)


def submit_again_if_submitted(request, message) -> None:
    """Submit a message again where this request has changed it while it awaits approval; once for each request."""
    if message.state(request.at) == State.SUBMITTED and message.submitted_at != request.at:
        message.submit_again(at=request.at, by=request.user)
        emails.notify([message], request.at)
        messages.info(request, _("You changed a submitted text, so it has been submitted again."))


def has_step(request) -> bool:
    """Return whether a button of the workflow was pressed, not just Save."""
    return bool({"_submit", "_approve"} & request.POST.keys())


def report_state(request, message):
    """Return, after a workflow step, a redirect to the form with a sentence on the new state; None otherwise."""
    if not has_step(request):
        return None
    state = message.state(request.at)
    is_applied = state == State.APPLIED
    if message.release_id and state == State.SCHEDULED:
        text = _("Approved. It will appear together with its release, “%s”.") % message.release.name
        messages.success(request, text)
        return redirect_to_form(message)
    due = _("The change will take effect at %s.") if message.is_revision else _("It will be published at %s.")
    text = {
        State.SUBMITTED: _("Submitted for approval."),
        State.PUBLISHED: published_text(message),
        State.SCHEDULED: due % (message.due_at and in_zones(message.due_at)),
        State.APPLIED: _("The change is in force."),
    }.get(state, _("Its state is now: %s.") % state.label)
    messages.success(request, text)
    return redirect_to_form(message.revision_of if is_applied else message)


def form_context(request, message) -> dict:
    """Return the template context for the workflow buttons, the log and the banner of a message (None: a new one)."""
    state = message.state(request.at) if message else State.DRAFT
    is_unapproved = state in (State.DRAFT, State.SUBMITTED)
    entries = list(message.log_entries.select_related("by")) if message else []
    last = next(
        (
            entry
            for entry in entries
            if entry.kind in (WorkflowLogEntry.Kind.SENT_BACK, WorkflowLogEntry.Kind.SUBMITTED)
        ),
        None,
    )
    return {
        "can_submit": state == State.DRAFT and has_workflow_permission(request, "submit"),
        "can_approve": is_unapproved and has_workflow_permission(request, "approve"),
        "is_author": not message or request.user.pk in message.authors(),
        "further_steps": [
            (name, step.label, f"{reverse(f'admin:news_message_{name}')}?ids={message.pk}")
            for name, step in ON_FORM.items()
            if message and step.applies_to(message, request.at) and has_workflow_permission(request, step.permission)
        ],
        "log_entries": entries,
        "is_withdrawn": state == State.WITHDRAWN,
        "sent_back": last if last and last.kind == WorkflowLogEntry.Kind.SENT_BACK and state == State.DRAFT else None,
    }


# From the list


@admin.action(description=gettext_lazy("Submit for approval"), permissions=["submit"])
def submit_selected(model_admin, request, queryset):
    pks = limited_pks(request, queryset.drafts())
    if pks is not None:
        apply_to_all(request, pks, lambda message: message.submit(at=request.at, by=request.user), _("Submitted"))


@admin.action(description=gettext_lazy("Approve …"), permissions=["approve"])
def approve_selected(model_admin, request, queryset):
    return redirect_to_step(
        request, "approve", queryset.submitted(), _("None of the selected messages is awaiting approval.")
    )


@admin.action(description=gettext_lazy("Send back …"), permissions=["approve"])
def send_back_selected(model_admin, request, queryset):
    return redirect_to_step(
        request, "send_back", queryset.submitted(), _("None of the selected messages is awaiting approval.")
    )


@admin.action(description=gettext_lazy("Withdraw …"), permissions=["withdraw"])
def withdraw_selected(model_admin, request, queryset):
    return redirect_to_step(
        request, "withdraw", queryset.published(request.at), _("None of the selected messages is published.")
    )


def limited_pks(request, queryset) -> list[int] | None:
    """Return the ids of the selected messages; None, with a warning, where there are too many for one step."""
    pks = list(queryset.values_list("pk", flat=True)[: MAX_MESSAGES + 1])
    if len(pks) <= MAX_MESSAGES:
        return pks
    text = _("You have selected more than %d messages, so nothing was changed. Select fewer at a time.") % MAX_MESSAGES
    messages.warning(request, text)
    return None


def redirect_to_step(request, name: str, queryset, if_none: str):
    """Redirect to the page of a step with the selected messages; None, with a warning, where there are none."""
    pks = limited_pks(request, queryset)
    if pks == []:
        messages.warning(request, if_none)
    if not pks:
        return None
    ids = ",".join(f"{pk}:{read}" if (read := listed_version(request, pk)) else str(pk) for pk in pks)
    return HttpResponseRedirect(f"{reverse(f'admin:news_message_{name}')}?ids={ids}")


def listed_version(request, pk: int) -> str:
    """Return the version of a message that the list showed, by a hidden field beside its checkbox; "" without one."""
    version = request.POST.get(f"version-{pk}", "")
    return version if is_valid_pk(version) else ""


def read_selection(text: str) -> dict[int, int | None]:
    """Return the messages of a step, by id, with the version that the user has read: "4:17,5" is {4: 17, 5: None}."""
    selection: dict[int, int | None] = {}
    for part in text.split(","):
        pk, _colon, version = part.partition(":")
        if is_valid_pk(pk):
            selection[int(pk)] = int(version) if is_valid_pk(version) else None
    return selection


def apply_to_all(request, pks, step, label: str) -> None:
    """Do a step to many messages in one edition, and report; a message that cannot take it is reported and skipped."""
    done = []
    with new_edition():
        # Read inside the transaction: another user may have changed them since the list was shown.
        for message in Message.objects.filter(pk__in=pks).visible_to(request.user, request.at):
            try:
                with transaction.atomic():  # a step that is refused halfway leaves nothing behind
                    done.append(step(message) or message)
            except ValidationError as error:
                messages.warning(request, f"{message.headline}: {' '.join(error.messages)}")
        emails.notify(done, request.at)
        warn_without_approver(request, done)
    if done:
        messages.success(request, result_text(label, done, request.at))
    else:
        messages.warning(request, _("Nothing was changed."))


class WorkflowViews(AdminViews):
    """The confirmation pages of the steps that need a reason or apply to many messages."""

    def urls(self):
        return [
            *(self.url(f"{name}/", self.step, name, kwargs={"name": name}) for name in STEPS),
            self.url("<int:pk>/stop-featuring/", self.stop_featuring, "stop_featuring", post_only=True),
        ]

    def stop_featuring(self, request, pk):
        """Let the newest message lead the home page: a button of the dashboard."""
        require_permission(request, "approve")
        message = self.get_visible(request, pk)
        apply_to_all(
            request, [message.pk], lambda row: row.stop_featuring(at=request.at, by=request.user), _("No longer leads")
        )
        return HttpResponseRedirect(reverse("admin:index"))

    def step(self, request, name):
        """List the selected messages and what will happen to each, ask for a reason where needed, and do the step."""
        step = STEPS[name]
        require_permission(request, step.permission)
        selection = read_selection(request.GET.get("ids", ""))
        ids = list(selection)
        visible = Message.objects.visible_to(request.user, request.at)
        if limited_pks(request, visible.filter(pk__in=ids[: MAX_MESSAGES + 1])) is None:
            return redirect_to_list(Message)
        found = list(visible.filter(pk__in=ids).select_related("category"))
        if not found:
            raise Http404
        selected = [message for message in found if step.applies_to(message, request.at)]
        if not selected:
            messages.warning(request, _("A colleague has already done this, or there is nothing left to do."))
            return redirect_back(found)
        form = self.step_form(request, name) if step.asks_reason else None
        if request.method == "POST" and (form is None or form.is_valid()):
            pks = [message.pk for message in selected]
            apply_to_all(
                request, pks, lambda message: take_step(request, name, message, form, selection[message.pk]), step.done
            )
            return redirect_back(selected)
        if name == "approve":
            count_open_remarks(selected, request.user, request.at)
        previews = [
            approval_preview(message, request.user, request.at) if name == "approve" else (None, True)
            for message in selected
        ]
        return self.render(
            request,
            "action_reason.html",
            title=step.label,
            description=step.describe(len(selected)),
            form=form,
            selected=[(message, text) for message, (text, _allowed) in zip(selected, previews, strict=True)],
            is_allowed=any(allowed for _text, allowed in previews),
            cancel_url=redirect_back(selected).url,
            media=self.model_admin.media + (form.media if form else forms.Media()),
            versions=[(message.pk, message.newest_version()) for message in selected] if name == "approve" else [],
        )

    def step_form(self, request, name):
        """Return the form that asks for the reason of a step."""
        if name == "withdraw":
            return WithdrawForm(request.POST or None, at=request.at)
        return ReasonForm(request.POST or None)


def take_step(request, name: str, message, form, read: int | None):
    """Do a step to one message. Return what has the log entry: the message, or the revision that withdraws it later.

    `read` is the version that the list showed, None for a link without versions.
    """
    options = {"at": request.at, "by": request.user}
    if name == "approve":
        shown = int(listed_version(request, message.pk) or 0)  # by the page of the step
        message.approve(**options, version=shown if read is None else read)
    elif form and (moment := form.cleaned_data.get("moment")):
        return message.schedule_withdrawal(form.cleaned_data["reason"], moment, **options)
    elif form:
        getattr(message, name)(form.cleaned_data["reason"], **options)
    else:
        getattr(message, name)(**options)
    return message


def redirect_back(selected):
    """Redirect to the form of a single message, of which a revision may be selected, or to the list."""
    if len(selected) > 1:
        return redirect_to_list(Message)
    return redirect_to_form(selected[0])
