"""Workflow of pages in the admin: begin a change, submit, approve, send back, publish now, discard."""

from __future__ import annotations

from contextlib import contextmanager
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.admin.primary_button import Primary, moment_text, pressed_step
from core.admin.views import AdminViews, redirect_to_form
from core.admin.workflow_forms import ReasonForm, StepRefused, published_text
from core.templatetags.datetimes import in_zones
from editions.models import new_edition
from pages import emails
from pages.models import Page, PageLogEntry
from versions import comparison

State = Page.State


class Step(NamedTuple):
    """A step with a confirmation page, named after the method of `Page` that takes it."""

    label: str
    description: str
    states: frozenset
    needs_approval_permission: bool = True
    asks_reason: bool = False
    changes_only: bool = False

    def applies_to(self, page: Page) -> bool:
        """Return whether a page or a change can take this step."""
        return page.state in self.states and (page.is_change or not self.changes_only)


STEPS = {
    "send_back": Step(
        gettext_lazy("Send back"),
        gettext_lazy("It becomes a draft again. The author will see your reason."),
        frozenset({State.SUBMITTED, State.SCHEDULED}),
        asks_reason=True,
    ),
    "publish_now": Step(
        gettext_lazy("Publish now"),
        gettext_lazy("It will be public immediately, ahead of its time."),
        frozenset({State.SCHEDULED}),
    ),
    "discard": Step(
        gettext_lazy("Discard this change"),
        gettext_lazy("This change will not be made. Its text stays readable on the desk."),
        frozenset({State.DRAFT, State.SUBMITTED, State.SCHEDULED}),
        needs_approval_permission=False,
        changes_only=True,
    ),
}


def may_approve(request) -> bool:
    """Return whether the user may approve pages."""
    return request.user.has_perm("pages.approve_page")


def apply_step(request, page: Page, form) -> None:
    """Take the step of the pressed button on a saved page. Raise StepRefused where it is refused."""
    at, by, version = request.at, request.user, page.newest_version()
    try:
        if "_approve" in request.POST:
            if not may_approve(request):
                raise PermissionDenied
            with moves_reported(request, page):
                page.approve(at=at, by=by, version=version, override=form.cleaned_data.get("override", ""))
        elif "_submit" in request.POST:
            page.submit(at=at, by=by)
        elif page.state == State.SUBMITTED and form.has_changed():
            page.submit(at=at, by=by)
            messages.info(request, _("You changed a submitted text, so it has been submitted again."))
        else:
            return
    except ValidationError as error:
        raise StepRefused(error) from error
    emails.notify(page, at)


@contextmanager
def moves_reported(request, page: Page):
    """Report how many pages below a page get another path inside, with that of the page."""
    target = page.change_of or page
    below = list(Page.objects.below(target).values_list("pk", flat=True))
    former = target.path
    yield
    is_moved = not Page.objects.filter(pk=target.pk, path=former).exists()
    if below and is_moved:
        report_moved(request, len(below), Page.objects.filter(pk__in=below, path__startswith=f"{former}/").count())


def report_moved(request, below: int, left: int) -> None:
    """Report how many pages below a page moved with it, and how many were left."""
    text = ngettext(
        "%(count)d page below it was moved too.",
        "%(count)d pages below it were moved too.",
        below - left,
    )
    messages.info(request, text % {"count": below - left})
    if left:
        text = _("%(count)d were not moved: another page already has the new path.")
        messages.warning(request, text % {"count": left})


def report_state(request, page: Page):
    """Return, after a step, a redirect to the form with a sentence on the new state; None without a step."""
    if not {"_submit", "_approve"} & request.POST.keys():
        return None
    if page.state == State.SCHEDULED:
        messages.success(request, _("Approved. It takes effect at %s.") % in_zones(page.effective_at))
    elif page.state == State.SUBMITTED:
        messages.success(request, _("Submitted for approval."))
    elif page.state == State.APPLIED:
        messages.success(request, _("The change is in force."))
    else:
        messages.success(request, published_text(page))
    return redirect_to_form(page.change_of if page.state == State.APPLIED else page)


def form_context(request, page: Page | None, can_write: bool) -> dict:
    """Return the template context for the workflow of a page or a change (None: a new page)."""
    if page is None:
        primary = Primary(_("Submit for approval"), name="_submit")
        new = {"can_submit": True, "can_approve": may_approve(request), "is_author": True}
        return new | {"primary": primary, "pressed_step": pressed_step(request)}
    entries = list(page.log_entries.select_related("by"))
    sent_back = entries[0] if entries and entries[0].kind == PageLogEntry.Kind.SENT_BACK else None
    original = page.change_of
    context = {
        "page_state": page.state,
        "can_submit": page.state == State.DRAFT and can_write,
        "can_approve": page.is_editable and may_approve(request),
        "is_author": request.user.pk in page.authors(),
        "further_steps": [
            (name, step.label, reverse(f"admin:pages_page_{name}", args=[page.pk]))
            for name, step in STEPS.items()
            if can_write and step.applies_to(page) and (may_approve(request) or not step.needs_approval_permission)
        ],
        "page_log": entries,
        "sent_back": sent_back,
        "pressed_step": pressed_step(request),
        "changed_words_url": original and reverse("admin:pages_page_changed_words", args=[page.pk]),
        "change_of": original,
        "differences": original and comparison_of(original, page),
        "open_change": page.open_change(),
        "can_propose": page.shown and can_write,
    }
    return context | {"primary": primary_button(page, context, can_edit=can_write and page.is_editable, at=request.at)}


def primary_button(page: Page, context: dict, *, can_edit: bool, at) -> Primary | None:
    """Return the button for what comes next; None where the user can only read."""
    if context["open_change"]:
        return Primary(_("Open the change"), link=reverse("admin:pages_page_change", args=[context["open_change"].pk]))
    if context["can_propose"]:
        return Primary(_("Change this page"), action=reverse("admin:pages_page_propose", args=[page.pk]))
    if not can_edit:
        return None
    if context["can_submit"]:
        return Primary(_("Submit for approval"), name="_submit")
    if context["can_approve"] and not context["is_author"]:
        if page.effective_at and page.effective_at > at:
            return Primary(_("Schedule for %s") % moment_text(page.effective_at, at), name="_approve")
        return Primary(_("Publish now"), name="_approve")
    return Primary(_("Save changes"), name="_continue")


def comparison_of(page: Page, change: Page) -> list:
    """Return the differences that a change makes to its page, text by text."""
    names = set(change.changed_names())
    return [found for found in comparison.field_differences(Page, page, change) if found.name in names]


class WorkflowViews(AdminViews):
    """The button that begins a change, and the steps that ask on a page of their own."""

    def urls(self):
        return [
            self.url("<int:pk>/propose/", self.start, "propose", post_only=True),
            *(self.url(f"<int:pk>/{name}/", self.step, name, kwargs={"name": name}) for name in STEPS),
        ]

    def start(self, request, pk):
        """Begin a change of a public page, or open the one that a colleague has begun."""
        page = self.get_visible(request, pk)
        if not self.model_admin.has_change_permission(request):
            raise PermissionDenied
        try:
            change, is_new = page.start_change(at=request.at, by=request.user)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect_to_form(page)
        if is_new:
            messages.info(request, _("Change the text below. Readers see the present text until it is approved."))
        else:
            messages.info(request, _("A change of this page is already open. You can work on it here."))
        return redirect_to_form(change)

    def step(self, request, pk, name):
        """Ask, and take the step."""
        step = STEPS[name]
        page = self.get_visible(request, pk)
        if not self.model_admin.has_change_permission(request):
            raise PermissionDenied
        if step.needs_approval_permission and not may_approve(request):
            raise PermissionDenied
        if not step.applies_to(page):
            messages.warning(request, _("A colleague has already done this, or there is nothing left to do."))
            return redirect_to_form(page)
        form = ReasonForm(request.POST or None) if step.asks_reason else None
        if request.method == "POST" and (form is None or form.is_valid()):
            return self.take_step(request, page, name, form)
        return self.render(request, "step.html", title=step.label, page=page, description=step.description, form=form)

    def take_step(self, request, page, name, form):
        """Take the step on the row as it is now; it may have changed since the page was shown."""
        reason = [form.cleaned_data["reason"]] if form else []
        try:
            with new_edition():
                page = Page.objects.filter(pk=page.pk).first()
                if page is None:
                    raise Http404
                getattr(page, name)(*reason, at=request.at, by=request.user)
                emails.notify(page, request.at)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect_to_form(page)
        messages.success(request, _("Done: %s.") % STEPS[name].label)
        return redirect_to_form(page.change_of if page.is_change and name != "send_back" else page)
