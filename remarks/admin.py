"""Remarks in the admin: the card on the form of a text, and one URL that writes, answers, resolves and deletes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.admin.edit_page import Card
from core.admin.views import AdminViews, redirect_to_form
from core.ids import is_valid_pk
from core.text_fields import LineFormField, TextFormField
from remarks.models import MAX_QUOTATION, MAX_TEXT, Remark, with_replies
from versions.admin.three_way_merge import short_time

FORM_ID = "remarks_form"
ANCHOR = "#card-remarks"
TOO_LONG = gettext_lazy("The remark is too long: it has %(show_value)d characters, the maximum is %(limit_value)d.")


class RemarkForm(forms.Form):
    """A remark or a reply."""

    quotation = LineFormField(
        max_length=MAX_QUOTATION,
        required=False,
        widget=forms.HiddenInput,
        error_messages={"max_length": gettext_lazy("The quotation is too long: at most %(limit_value)d characters.")},
    )
    text = TextFormField(
        label=gettext_lazy("Remark"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Enter your remark."), "max_length": TOO_LONG},
    )


class ShownRemark(NamedTuple):
    """A remark on the page, with what the user may do to it."""

    row: Remark
    when: str
    can_delete: bool
    replies: list[ShownRemark]


class Refused(Exception):
    """A remark that was not stored; its form has the errors, and `name` is that of its field on the page."""

    def __init__(self, form: RemarkForm, name: str):
        super().__init__(name)
        self.form, self.name = form, name


def count_sentence(count: int) -> str:
    """Return how many remarks are open; "" for none."""
    return ngettext("%d remark is open", "%d remarks are open", count) % count if count else ""


def card_value(threads: list[Remark]) -> str:
    """Return the value in the head of the card."""
    count = sum(thread.is_open for thread in threads)
    if count:
        return _("%d open") % count
    return ngettext("%d resolved", "%d resolved", len(threads)) % len(threads) if threads else _("none")


def card_context(request, row, threads: list[Remark]) -> dict:
    """Return the template context of the card, with the number of open remarks for the action bar."""
    return {
        "remark_threads": [shown(thread, request) for thread in threads],
        "open_remarks": count_sentence(sum(thread.is_open for thread in threads)),
        "remarks_url": reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_remarks", args=[row.pk]),
        "remarks_form_id": FORM_ID,
        "max_quotation": MAX_QUOTATION,
    }


def card(threads: list[Remark]) -> Card:
    """Return the card; it is open while a remark is."""
    is_open = any(thread.is_open for thread in threads)
    return Card("remarks", _("Remarks"), card_value(threads), "admin/remarks/_card.html", is_open=is_open)


def shown(remark: Remark, request) -> ShownRemark:
    """Return a remark with its replies as the page shows it."""
    replies = [shown(reply, request) for reply in remark.found_replies]
    when = short_time(remark.written_at, request.at)
    return ShownRemark(remark, when, remark.can_be_deleted(request.user, request.at), replies)


class RemarkViews(AdminViews):
    """The URL of the card's buttons. Users with permission to view the row can read and write remarks on it."""

    def urls(self):
        return [self.url("<int:pk>/remarks/", self.change, "remarks")]

    def list_remarks(self, request, row):
        """Return the remarks that the user sees on the form of a row, the oldest first."""
        raise NotImplementedError

    def notify(self, remark: Remark, at) -> None:
        """Queue the e-mails about a new remark."""
        raise NotImplementedError

    def change(self, request, pk):
        """Do what the pressed button says.

        Return the card as JSON to a script, which keeps the page; otherwise a redirect to the card, or a page with the
        errors.
        """
        row = self.get_visible(request, pk)
        is_script = "script" in request.POST
        if request.method == "POST":
            try:
                self.press_button(request, row)
            except Refused as refused:
                return self.show_errors(request, row, refused, is_script)
            except ValidationError as error:
                if is_script:
                    return JsonResponse({"error": " ".join(error.messages)}, status=422)
                messages.warning(request, " ".join(error.messages))
        return self.card_as_json(request, row) if is_script else redirect_to_form(row, ANCHOR)

    def press_button(self, request, row) -> None:
        """Write, reply, resolve, reopen or delete; an unknown button does nothing."""
        actions: dict[str, Callable] = {
            "resolve": lambda thread: thread.resolve(at=request.at, by=request.user),
            "reopen": lambda thread: thread.reopen(),
            "delete": lambda remark: remark.delete_own(request.user, request.at),
            "reply": lambda thread: self.write(request, thread.message, f"reply-{thread.pk}", thread),
        }
        if "write" in request.POST:
            self.write(request, row, "remark")
        for name, act in actions.items():
            if name in request.POST:
                act(self.get_remark(request, row, request.POST[name], is_thread=name != "delete"))

    def get_remark(self, request, row, pk: str, *, is_thread: bool) -> Remark:
        """Return a remark on the form of a row; raise Http404 where there is none."""
        remarks = self.list_remarks(request, row)
        remarks = remarks.threads() if is_thread else remarks
        remark = remarks.filter(pk=pk).first() if is_valid_pk(pk) else None
        if remark is None:
            raise Http404
        return remark

    def write(self, request, message, name: str, thread=None) -> None:
        """Store a remark or a reply, and queue its e-mails; raise Refused where it has errors."""
        data = {"text": request.POST.get(name, ""), "quotation": "" if thread else request.POST.get("quotation", "")}
        form = RemarkForm(data)
        if not form.is_valid():
            raise Refused(form, name)
        try:
            remark = Remark.objects.write(message, request.user, **form.cleaned_data, at=request.at, thread=thread)
        except ValidationError as error:
            form.add_error(None, error)
            raise Refused(form, name) from error
        self.notify(remark, request.at)

    # Responses

    def card_as_json(self, request, row):
        """Return the card, its value and the sentence of the action bar."""
        threads = with_replies(self.list_remarks(request, row))
        context = card_context(request, row, threads)
        html = render_to_string("admin/remarks/_card.html", context, request)
        return JsonResponse({"card": html, "value": card_value(threads), "open": context["open_remarks"]})

    def show_errors(self, request, row, refused: Refused, is_script: bool):
        """Return the errors of a remark to a script, or a page with it and its errors."""
        if is_script:
            errors = [str(error) for errors in refused.form.errors.values() for error in errors]
            return JsonResponse({"error": " ".join(errors), "field": refused.name}, status=422)
        return self.render(
            request,
            "remarks/remark.html",
            title=_("Remark"),
            row=row,
            form=refused.form,
            text_name=refused.name,
            thread_pk=refused.name.partition("-")[2],
            row_url=redirect_to_form(row, ANCHOR).url,
            list_url=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        )
