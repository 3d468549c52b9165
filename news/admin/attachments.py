"""Attachments on the desk: the rows under a message's form, and what is done to them kept in its history."""

from django import forms
from django.contrib import admin, messages
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.models import Attachment

MOST_ATTACHMENTS = 20


class AttachmentForm(forms.ModelForm):
    """A row that knows what it was read as: what only a colleague has changed since is not changed back."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"name", "order"} & set(self.fields):
            self.fields[name].show_hidden_initial = True

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            for name in {"name", "order"} & set(cleaned) - set(self.changed_data):
                cleaned[name] = getattr(self.instance, name)
        return cleaned


class AttachmentFormSet(BaseInlineFormSet):
    """The rows as they stand now: what a colleague has taken off since is left out, and what was added is there."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.gone = []  # the names of those left out
        if self.is_bound and self.management_form.is_valid():
            self.line_up()

    def line_up(self):
        """Number what was sent anew, where a colleague has added or taken off a row since the form was opened."""
        first, count = self.initial_form_count(), self.total_form_count()
        sent = {self.data.get(self.add_prefix(i) + "-id", ""): i for i in reversed(range(first))}
        rows = {str(row.pk): row for row in self.get_queryset()}
        if list(sent)[::-1] == list(rows) and len(sent) == first:
            return
        self.gone = [self.data.get(f"{self.add_prefix(i)}-name", "") for pk, i in sent.items() if pk not in rows]
        order = [sent.get(pk, row) for pk, row in rows.items()] + list(range(first, count))
        data, files = self.data.copy(), self.files.copy()
        for each in (data, files):
            for key in [key for key in each if key.startswith((f"{self.prefix}-", f"initial-{self.prefix}-"))]:
                del each[key]
        for i, source in enumerate(order):
            if isinstance(source, Attachment):
                self.put_row(data, i, source)
            else:
                for ours, theirs in ((data, self.data), (files, self.files)):
                    move_row(ours, theirs, self.add_prefix(i), self.add_prefix(source))
        data[f"{self.prefix}-TOTAL_FORMS"], data[f"{self.prefix}-INITIAL_FORMS"] = len(order), len(rows)
        self.data, self.files = data, files
        del self.management_form  # read once, and kept

    def put_row(self, data, i, row):
        """Put a row that a colleague has added into the data, as its form would send it."""
        for name, value in {"id": row.pk, self.fk.name: row.message_id, "name": row.name, "order": row.order}.items():
            data[f"{self.add_prefix(i)}-{name}"] = data[f"initial-{self.add_prefix(i)}-{name}"] = str(value)


def move_row(ours, theirs, prefix, before):
    """Put what was sent for a row into `ours`, under another number."""
    for head in ("", "initial-"):
        for key in [key for key in theirs if key.startswith(f"{head}{before}-")]:
            ours.setlist(f"{head}{prefix}-{key.removeprefix(f'{head}{before}-')}", theirs.getlist(key))


class AttachmentsMixin:
    """What is done to the attachments makes a version of the message, and stands in its record once it is approved."""

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        if formset.model is not Attachment:
            return
        done = [
            *(_("added: %s") % row.name for row in formset.new_objects),
            *(_("changed: %s") % row.name for row, _fields in formset.changed_objects),
            *(_("deleted: %s") % row.name for row in formset.deleted_objects),
        ]
        if done:
            form.instance.record_attachment_change("; ".join(done), at=request.at, by=request.user)
        for name in formset.gone:
            text = _("“%s” was taken off by a colleague while you were writing: it is not attached any more.") % name
            self.message_user(request, text, messages.WARNING)


class AttachmentInline(admin.StackedInline):
    """The PDFs that come with a message. They are part of it: whoever may change it may change them."""

    model = Attachment
    form, formset = AttachmentForm, AttachmentFormSet
    fields = [("name", "order"), "file"]
    extra = 0
    max_num = MOST_ATTACHMENTS
    verbose_name_plural = gettext_lazy("Attachments (PDF)")

    def may(self, request):
        """Say whether the officer may write on messages."""
        return request.user.has_perm("news.change_message") or request.user.has_perm("news.add_message")

    def has_add_permission(self, request, obj):
        return self.may(request)

    def has_change_permission(self, request, obj=None):
        return self.may(request)

    def has_delete_permission(self, request, obj=None):
        return self.may(request)

    def has_view_permission(self, request, obj=None):
        return self.may(request) or request.user.has_perm("news.view_message")
