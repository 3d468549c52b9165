"""The action bar of a message's form: when it was saved, and the one button that does what comes next."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from core.admin.primary_button import Primary, moment_text, pressed_step
from news.models import Message
from versions.admin.three_way_merge import short_time

State = Message.State


def form_context(request, form, message, context) -> dict:
    """Return the template context of the bar; `context` has the workflow's."""
    moment = planned_moment(form, message)
    is_change = bool(message and message.is_revision)
    primary = primary_button(request, message, context, moment)
    return {
        "primary": primary,
        "menu_steps": [step for step in context["further_steps"] if not primary or step[2] != primary.link],
        "approve_label": approve_label(message, moment, request.at),
        "approve_now_label": approve_label(message, None, request.at),
        "later_label": None if message and message.release_id else _("Schedule for {}"),
        "saved_text": saved_text(message, request.at),
        "pressed_step": pressed_step(request),
        "changed_words_url": is_change and reverse("admin:news_message_changed_words", args=[message.pk]),
        "moment_field": "effective_at" if is_change else "publish_at",
    }


def primary_button(request, message, context, moment) -> Primary | None:
    """Return the button for what comes next in the state of a message; None where the user can do nothing."""
    state = message.state(request.at) if message else State.DRAFT
    if context.get("open_revision"):
        return Primary(_("Open the change"), link=change_url(context["open_revision"]))
    if state == State.WITHDRAWN:
        restore = next((step for step in context["further_steps"] if step[0] == "restore"), None)
        return Primary(f"{restore[1]} …", link=restore[2], asks=True) if restore else None
    if context.get("can_propose"):
        return Primary(_("Change this text"), action=reverse("admin:news_message_revision", args=[message.pk]))
    if not context["can_save"]:
        return None
    if context["can_submit"]:
        return Primary(_("Submit for approval"), name="_submit")
    if context["can_approve"] and not context["is_author"]:
        return Primary(approve_label(message, moment, request.at), name="_approve")
    return Primary(_("Save draft") if state == State.DRAFT else _("Save changes"), name="_continue")


def approve_label(message, moment: datetime | None, at: datetime) -> str:
    """Return what an approval does: it publishes now or schedules, approves an item of a release or a change."""
    if message and message.release_id:
        return _("Approve for the release")
    if moment and moment > at:
        return _("Schedule for {}").format(moment_text(moment, at))
    is_later = message and message.is_revision and not message.revision_of.was_public(at)
    return _("Approve the change") if is_later else _("Publish now")


def planned_moment(form, message) -> datetime | None:
    """Return the time of publication in the form, or of a change; None for immediately, or for an invalid time."""
    name = "effective_at" if message and message.is_revision else "publish_at"
    if form.is_bound and name in form.changed_data:
        return getattr(form, "cleaned_data", {}).get(name)
    return getattr(message, name) if message else None


def saved_text(message, at: datetime) -> str:
    """Return when a message was last saved; "" for a new one."""
    newest = message and message.history.order_by("-history_id").values_list("history_date", flat=True).first()
    return _("Saved %s") % short_time(newest, at) if newest else ""


def change_url(message) -> str:
    return reverse("admin:news_message_change", args=[message.pk])
