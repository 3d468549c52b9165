"""Releases in the admin: the list, and the form with what is missing before approval."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import edit_page
from core.admin.edit_page import Card
from core.admin.views import redirect_to_form
from core.templatetags.datetimes import in_zones
from editions.models import new_edition
from news.admin.cards import previews_card
from news.admin.forms import clean_moment
from news.admin.preview_links import link_context
from news.admin.release_steps import STEPS, ReleaseViews, link_refusal, links_of, visible_items
from news.admin.workflow import has_workflow_permission
from news.background_link_checks import broken_links_among
from news.models import Message, Release
from versions.admin import conflicts

MAX_CANDIDATES = 200  # messages that can be selected to be added, the newest
MAX_ORDER = 10_000


class ReleaseForm(forms.ModelForm):
    """Name and moment of a release, and what is added to it."""

    add = forms.ModelChoiceField(
        Message.objects.none(),
        required=False,
        label=gettext_lazy("Add a message or a change"),
        help_text=gettext_lazy("Drafts, submitted and scheduled messages, and open changes of public ones. Then save."),
        error_messages={"invalid_choice": gettext_lazy("This message cannot be added any more. Select another one.")},
    )
    request = None

    class Meta:
        model = Release
        fields = ("name", "moment")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "moment" in self.fields:
            self.fields["moment"].widget.without_time = _("On approval")
        self.fields["add"].queryset = candidates(self.request.user, self.request.at)
        self.fields["add"].label_from_instance = lambda message: (
            _("Change: %s") % message.headline if message.is_revision else message.headline
        )

    def clean(self):
        cleaned = super().clean()
        opened = self.data.get("fingerprint")
        if self.instance.pk and opened and opened != self.instance.fingerprint():  # the row is locked
            time = in_zones(self.instance.moment) if self.instance.moment else _("on approval")
            text = _(
                "Someone else saved this release while you were editing. It is now called “%(name)s”, its moment is: "
                "%(time)s. Your input has been kept. Save again to replace theirs."
            )
            self.add_error(None, text % {"name": self.instance.name, "time": time})
        return cleaned

    def clean_moment(self):
        if "moment" not in self.changed_data:
            return self.instance.moment
        past = _("Leave it empty to publish on approval.")
        moment = clean_moment(self.cleaned_data["moment"], self.request.at, past)
        if self.instance.approved_at:
            raise forms.ValidationError(_("This release is approved. Use “Move” to give it another moment."))
        return moment


def candidates(user, at):
    """Return the messages and changes that the user can see and that can be added to a release, the newest first."""
    rows = Message.objects.visible_to(user, at).filter(release=None)
    pks = [*rows.unapproved().order_by("-pk").values_list("pk", flat=True)[:MAX_CANDIDATES]]
    pks += rows.awaiting_moment(at).order_by("-pk").values_list("pk", flat=True)[:MAX_CANDIDATES]
    return Message.objects.filter(pk__in=pks).order_by("-pk")


def named_entries(request, release) -> list[tuple]:
    """Return the log entries, each with the headline of the item that it is about, or its number if it is hidden."""
    entries = list(release.log_entries.select_related("by"))
    seen = Message.objects.filter(pk__in={entry.item_id for entry in entries} - {None})
    headlines = dict(seen.visible_to(request.user, request.at).values_list("pk", "headline"))
    return [
        (entry, headlines.get(entry.item_id, _("message %d") % entry.item_id) if entry.item_id else "")
        for entry in entries
    ]


def release_cards(context) -> list[Card]:
    """Return the cards beside the form of a release: what is missing before it is published, preview links, the log."""
    cards, broken = [], context["broken_links"]
    if context["problems"] or broken or broken is None:
        value = _("links are being checked") if broken is None else str(len(context["problems"]) + len(broken))
        template = "admin/news/release/_check.html"
        cards.append(Card("check", _("Before it can be published"), value, template, is_open=True))
    if context.get("preview_links") or context.get("preview_link_form"):
        cards.append(previews_card(context))
    if context["release_log"]:
        cards.append(Card("log", _("Log"), str(len(context["release_log"])), "admin/news/release/_log.html"))
    return cards


@admin.register(Release)
class ReleaseAdmin(admin.ModelAdmin):
    """Releases, those ahead first."""

    form = ReleaseForm
    list_display = ["name", "state", "moment_in_zones"]
    search_fields = ["name"]

    @admin.display(description=gettext_lazy("state"))
    def state(self, release):
        return release.get_state()

    @admin.display(description=gettext_lazy("moment"))
    def moment_in_zones(self, release):
        return in_zones(release.moment) if release.moment else "–"

    def has_add_permission(self, request):
        return request.user.has_perm("news.change_message")

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("news.view_message") or request.user.has_perm("news.change_message")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("news.change_message") and not (obj and obj.published_at)

    def has_delete_permission(self, request, obj=None):
        """Only an empty release without a log entry can be deleted."""
        is_used = obj and (obj.items.exists() or obj.log_entries.exists())
        return request.user.has_perm("news.change_message") and bool(obj) and not is_used

    def get_fields(self, request, obj=None):
        return ["name", "moment", "add"] if self.has_change_permission(request, obj) else ["name", "moment"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        return type("ReleaseForm", (super().get_form(request, obj, change, **kwargs),), {"request": request})

    def get_urls(self):
        return [*ReleaseViews(self).urls(), *super().get_urls()]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show or save the form. Other writers wait for a save, so that what it has checked stays true."""
        view = super().changeform_view
        if request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        with transaction.atomic(), new_edition():  # what is refused leaves an outer transaction as it was
            return conflicts.set_saved_cookie(request, view(request, object_id, form_url, extra_context))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["draft_key"] = conflicts.draft_key(request)
        if obj:
            items = visible_items(request, obj)
            links = links_of(items)
            is_open, can_approve = not obj.published_at, has_workflow_permission(request, "approve")
            context |= {
                "fingerprint": Release.objects.get(pk=obj.pk).fingerprint(),  # of what is saved, not of the form
                "items": [
                    (item, item.state(request.at), request.POST.get(f"order-{item.pk}", item.release_order))
                    for item in items
                ],
                "hidden_items": len(items) < obj.items.count(),
                "problems": obj.check_items(request.at) if is_open and len(items) == obj.items.count() else [],
                "broken_links": (broken_links_among(links, request.at) if links else []) if is_open else [],
                "release_log": named_entries(request, obj),
                "release_steps": [
                    (STEPS[step], reverse(f"admin:news_release_{step}", args=[obj.pk]))
                    for step in (("move", "hold", "publish_now") if obj.approved_at else ("approve",))
                ]
                if is_open and can_approve
                else [],
                "release_state": obj.get_state(),
            }
            if self.has_change_permission(request):
                context |= link_context(request, obj, link_refusal(request, obj))
        response = super().render_change_form(request, context, add, change, form_url, obj)
        frame = edit_page.form_context(response.context_data)
        response.context_data |= frame | {"cards": frame["cards"] + (release_cards(context) if obj else [])}
        return response

    def save_model(self, request, obj, form, change):
        """Save name and moment, then remove, order and add items."""
        if change:
            obj.save(update_fields=["name", "moment"])
        else:
            obj.save()
        request.was_saved = True
        options = {"at": request.at, "by": request.user}
        items = visible_items(request, obj)
        for item in items:
            if f"remove-{item.pk}" in request.POST:
                obj.remove(item, **options)
        orders = {item.pk: request.POST.get(f"order-{item.pk}", "") for item in items}
        chosen = {pk: int(text) for pk, text in orders.items() if text.isascii() and text.isdigit() and len(text) < 6}
        obj.set_order({pk: min(number, MAX_ORDER) for pk, number in chosen.items()}, **options)
        if added := form.cleaned_data.get("add"):
            try:
                with transaction.atomic():
                    obj.add(added, **options)
            except ValidationError as error:
                messages.warning(request, " ".join(error.messages))

    def response_post_save_add(self, request, obj):
        return redirect_to_form(obj)

    def response_post_save_change(self, request, obj):
        return redirect_to_form(obj)
