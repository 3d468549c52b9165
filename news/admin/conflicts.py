"""Two people, one message: a save over what somebody else has saved meanwhile is refused, and nothing typed is lost."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from datetime import datetime

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.forms.models import construct_instance
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from editions.ids import is_id
from editions.models import new_edition
from news import versions, words
from news.admin.previews import typed_text
from news.models import Message

KEPT = re.compile(r"[\w-]{1,40}", re.ASCII)  # the name under which a browser keeps what was typed
SAVED_COOKIE = "desk_saved"


class Stale(Exception):
    """Somebody else has saved the message between the form's check and its own save."""


def newest_version(pk) -> str:
    """Return the number of a message's newest version, as a form carries it; "0" where it has none."""
    return str(Message.history.filter(id=pk).aggregate(newest=Max("history_id"))["newest"] or 0)


def who_saved(message: Message) -> str:
    """Return by whom and when a message was last saved, in a sentence."""
    newest = message.history.select_related("history_user").order_by("-history_id").first()
    if newest is None:
        return ""
    who = newest.history_user and (newest.history_user.get_full_name() or newest.history_user.get_username())
    return _("%(who)s saved this message at %(time)s.") % {
        "who": who or _("Somebody"),
        "time": clock(newest.history_date),
    }


def clock(moment: datetime, at: datetime | None = None) -> str:
    """Return a moment by the host's clocks as one says it at the moment `at`: with its day, where that is another."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M}" if local.date() == timezone.localdate(at) else format_date(local, "j F, H:i")


# What is compared


@dataclass(frozen=True)
class Side:
    """A field in which the two versions differ, each side as prose with the words marked that the other has not."""

    label: str
    mine: list
    theirs: list
    both: bool  # both have changed it; else only I have
    take: str  # theirs, as JSON: what each input of the field gets
    is_coarse: bool = False  # too long to be compared word by word throughout
    only_form: bool = False  # the words are the same, their form (bold, links) is not


@dataclass
class Conflict:
    """What I have typed beside what somebody else has saved since I opened the form."""

    who: str
    newest: str
    sides: list[Side] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)  # labels of what only they have changed: it is in the form now
    attached: list[str] = field(default_factory=list)  # what they have done to the attachments, in words

    @property
    def asks(self) -> bool:
        """Say whether something of theirs would be lost by saving mine: that takes a deliberate yes."""
        return any(side.both for side in self.sides)


def compare(form, read: str, newest: str) -> Conflict:
    """Return the conflict of a bound form, read at a version; what only they have changed is put into the form."""
    theirs = form.instance
    mine = typed(form)
    base = Message.history.filter(id=theirs.pk, history_id=int(read)).first() if is_id(read) else None
    since = versions.told(theirs, int(read)) if is_id(read) else []
    found = Conflict(who_saved(theirs), newest, attached=since)
    shown = type(form)(instance=theirs)
    data = form.data.copy()
    for model_field in versions.written(Message):
        name = model_field.name
        if name not in form.fields:
            continue
        label = str(capfirst(model_field.verbose_name))
        if isinstance(form.fields[name], forms.FileField):
            if base is not None and not alike(model_field, base, theirs):
                found.taken.append(label)  # a browser keeps no file: the form shows theirs by itself
            continue
        if alike(model_field, mine, theirs):
            continue
        inputs = posted(shown[name])
        mine_changed = base is None or not alike(model_field, base, mine)
        if not mine_changed:
            found.taken.append(label)
            put(data, inputs)
            continue
        pieces = words.compare(versions.in_words(model_field, mine), versions.in_words(model_field, theirs))
        found.sides.append(
            Side(
                label,
                words.paragraphs([piece for piece in pieces if piece.kind != words.Kind.ADDED]),
                words.paragraphs([piece for piece in pieces if piece.kind != words.Kind.REMOVED]),
                base is None or not alike(model_field, base, theirs),
                json.dumps(inputs),
                pieces.is_coarse,
                only_form=all(piece.kind == words.Kind.KEPT for piece in pieces),
            )
        )
    form.data = data
    return found


def typed(form) -> Message:
    """Return the message as typed: what could not be read as it should is there word for word."""
    texts = [name for name in form.fields if not isinstance(form.fields[name], forms.FileField)]
    mine = construct_instance(form, copy.copy(form.instance), texts)
    for name in ("headline", "lead", "body", "source_name", "source_url", "slug"):
        if name in form.fields and name not in form.cleaned_data:
            setattr(mine, name, typed_text(form, name))
    return mine


def alike(model_field, one, other) -> bool:
    """Say whether two versions have the same in a field; how lines are broken between tags makes no difference."""
    return loosely(versions.stored(one, model_field)) == loosely(versions.stored(other, model_field))


def loosely(value):
    if isinstance(value, datetime):
        return value.replace(microsecond=0)  # a form has no more
    return re.sub(r">\s+<", "><", " ".join(value.split())) if isinstance(value, str) else value


def posted(bound) -> dict[str, str | bool]:
    """Return what each input of an unbound field would send."""
    widget, value = bound.field.widget, bound.value()
    widget = getattr(widget, "widget", widget)  # the admin wraps what points to another row
    if isinstance(widget, forms.CheckboxInput):
        return {bound.html_name: bool(value)}
    context = widget.get_context(bound.html_name, value, {})["widget"]
    inputs = context.get("subwidgets", []) if isinstance(widget, forms.MultiWidget) else [context]
    found = {each["name"]: text(each["value"]) for each in inputs}
    if hasattr(widget, "decompress") and len(parts := widget.decompress(value)) > len(inputs):
        found[f"{bound.html_name}_which"] = parts[-1]
    return found


def text(value) -> str:
    value = value[0] if isinstance(value, (list, tuple)) and value else value
    return "" if value is None or value == [] else str(value)


def put(data, inputs: dict[str, str | bool]) -> None:
    """Put what inputs send into the data of a form."""
    for name, value in inputs.items():
        if value is False:
            data.pop(name, None)
        else:
            data[name] = "on" if value is True else value


# The form


class ConflictFormMixin:
    """A form that knows which version it was read at, and is not valid where somebody has saved another since."""

    conflict = None
    asked = None

    def clean(self):
        cleaned = super().clean()
        newest = getattr(self.asked, "newest", None)  # none for a preview: it saves nothing
        read, over, seen = (self.data.get(name) for name in ("version", "over", "seen"))
        if self.instance.pk and newest and read and newest not in (read, over):
            conflict = compare(self, read, newest)
            if conflict.asks or conflict.taken or conflict.attached or seen != newest:
                self.conflict = conflict
                self.add_error(
                    None, _("This was saved by somebody else while you were writing. Nothing of yours is lost.")
                )
        return cleaned


class ConflictsMixin:
    """The check once more as the message is saved, when nobody else can write; and the form given back."""

    change_form_too_late = "admin/news/message/too_late.html"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        while True:
            # Read ahead of the row: the form may be newer than it says, never older.
            request.newest = newest_version(object_id) if object_id and is_id(object_id) else ""
            try:
                response = super().changeform_view(request, object_id, form_url, extra_context)
            except Stale:
                for file in request.FILES.values():
                    file.seek(0)
            except PermissionDenied:
                return self.too_late(request, object_id)
            else:
                return self.tell_browser(request, response)

    def save_model(self, request, obj, form, change):
        with new_edition():  # from here on nobody else writes: what is saved is what was read
            if change and newest_version(obj.pk) != request.newest:
                raise Stale
            super().save_model(request, obj, form, change)
            request.was_saved = True

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        conflict = getattr(context["adminform"].form, "conflict", None)
        read = request.POST.get("version") if request.method == "POST" else None
        context["conflict"] = conflict
        accepted = request.POST.get("over") == request.newest  # theirs was seen, and mine shall stand
        seen = (conflict and not conflict.asks) or accepted
        context["version"] = request.newest if seen else read or request.newest
        context["kept"] = kept_name(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def tell_browser(self, request, response):
        """Tell the browser that what it keeps under a name is saved: the next page of the desk lets it go."""
        if response.status_code == 302 and getattr(request, "was_saved", False) and kept_name(request):
            response.set_cookie(
                SAVED_COOKIE,
                kept_name(request),
                max_age=600,
                path=reverse("admin:index"),
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response

    def too_late(self, request, object_id):
        """Give what was typed back to somebody who may not save it any more: a colleague has approved the message."""
        message = self.get_object(request, object_id) if object_id and is_id(object_id) else None
        may = message and self.has_change_permission(request) and self.has_view_permission(request, message)
        if request.method != "POST" or not may:
            raise PermissionDenied
        fields = [Message._meta.get_field(name) for name in versions.TEXT]
        typed_in = [(capfirst(each.verbose_name), request.POST.get(each.name, "")) for each in fields]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Too late to save"),
            "opts": self.opts,
            "message": message,
            "who": who_saved(message),
            "typed": typed_in,
        }
        return TemplateResponse(request, self.change_form_too_late, context, status=409)


def kept_name(request) -> str:
    """Return the name under which the browser keeps what was typed, if it is one."""
    name = request.POST.get("kept", "")
    return name if KEPT.fullmatch(name) else ""
