"""Revisions in the admin: what is approved is read-only, and changed by a revision with a form of its own."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.views import AdminViews, redirect_to_form
from core.admin.workflow_forms import RefusedStepFormMixin
from news.differences import attachment_list
from news.models import Message
from news.visibility import may_see
from versions import comparison

ChangeKind = Message.ChangeKind

PUBLIC_FIELDSET = (
    gettext_lazy("Type of change"),
    {"fields": ["change_kind", "change_note", "effective_at"], "classes": ["card"]},
)
SCHEDULED_FIELDSET = (gettext_lazy("Reason for the change"), {"fields": ["change_note"], "classes": ["card"]})


def fieldsets(message, at) -> list:
    """Return the fieldsets that only a revision has."""
    if not message or not message.is_revision:
        return []
    return [PUBLIC_FIELDSET if message.revision_of.was_public(at) else SCHEDULED_FIELDSET]


class RevisionFormMixin(RefusedStepFormMixin, forms.ModelForm):
    """The part of the message's form about a revision, and the errors of a step that was refused."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "change_kind" in self.fields:
            self.fields["change_kind"].choices = ChangeKind.choices  # without an empty one
            self.fields["change_note"].help_text = gettext_lazy(
                "Not needed for a typo. For a correction or an update: what was wrong or has changed, in a sentence or "
                "two. It is shown below the message. For a withdrawal: the public reason."
            )
        elif "change_note" in self.fields:
            self.fields["change_note"].help_text = gettext_lazy("It is recorded and not public.")


def form_context(request, message, has_permission: bool) -> dict:
    """Return the template context: of a revision its message and differences, of a message its revisions."""
    if not message:
        return {}
    if message.is_revision:
        original = message.revision_of
        return {
            "revision_of": original,
            "is_public_change": original.was_public(request.at),
            "difference_context": difference_context(original, message),
        }
    revisions = list(message.revisions.visible_to(request.user, request.at).order_by("-id"))
    return {
        "revisions": [(row, row.state(request.at)) for row in revisions],
        "open_revision": next((row for row in revisions if row.is_open), None),
        "can_propose": bool(message.approved_at and has_permission),
    }


def difference_context(original, revision) -> dict:
    """Return the template context of a comparison of a message with a revision of it, attachments included."""
    found = [
        difference
        for difference in comparison.field_differences(Message, original, revision)
        if difference.changed and difference.name not in ("change_kind", "change_note", "effective_at")
    ]
    files = [[name for _file, name in attachment_list(row)] for row in (original, revision)]
    return {
        "differences": found,
        "changed": True,
        "text_fields": Message.text_fields,
        "language": revision.language,
        "attachments": files if attachment_list(original) != attachment_list(revision) else None,
    }


def begin(request, message) -> tuple[Message, bool]:
    """Return the open revision of a message, and whether it was begun now. Raise ValidationError if it is hidden."""
    revision, is_new = message.start_revision(at=request.at, by=request.user)
    if not may_see(request.user, revision, request.at):
        raise ValidationError(_("A colleague is working on a change of this message that you cannot see."))
    return revision, is_new


class RevisionViews(AdminViews):
    """The button that begins a revision."""

    def urls(self):
        return [self.url("<int:pk>/revision/", self.start, "revision", post_only=True)]

    def start(self, request, pk):
        """Begin a revision of an approved message, or open the one that a colleague has begun."""
        message = self.get_visible(request, pk)
        if not self.model_admin.has_change_permission(request):
            raise PermissionDenied
        try:
            revision, is_new = begin(request, message)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect_to_form(message)
        if is_new:
            messages.info(request, _("Change the text below. Readers see the present text until it is approved."))
        else:
            messages.info(request, _("A change of this message is already open. You can work on it here."))
        return redirect_to_form(revision)
