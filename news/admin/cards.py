"""The cards beside the text of a message: their values, and those that are no fields."""

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.admin import edit_page
from core.admin.edit_page import Card
from news.admin.action_bar import moment_text, planned_moment
from remarks import admin as remarks
from versions.admin.form_checks import checks_card


def form_context(request, context, form, message) -> dict:
    """Return the template context of the frame with the cards of a message, and its tabs for narrow windows."""
    values = {
        "publish_at": publication_value(request, form, message),
        "image": image_value(form, message),
        "limited_to": limits_value(context.get("limited_to")),
    }
    if not (form["slug"].value() if "slug" in form.fields else message.slug):
        values["slug"] = _("from the headline")
    frame = edit_page.form_context(context, values=values)
    cards = {card.key: card for card in frame["cards"]}
    first = [cards.pop(key) for key in ("change_kind", "change_note", "publish_at") if key in cards]
    first = [card._replace(is_open=card.is_open or card.key != "publish_at") for card in first]
    frame["cards"] = [
        *first,
        *([checks_card(context)] if frame["can_save"] else []),
        *remarks_card(context),
        *cards.values(),
        *further_cards(context, message),
    ]
    if not message:
        opened = {"category"}  # a new message needs one
        frame["cards"] = [card._replace(is_open=card.is_open or card.key in opened) for card in frame["cards"]]
    frame["tabs"] = [card for card in frame["cards"] if card.key in ("image", "publish_at", "checks")]
    return frame


def publication_value(request, form, message) -> str:
    """Return when a message is or was published."""
    is_copy = message and message.is_revision
    moment = message.publish_at if is_copy else planned_moment(form, message)
    if not moment:
        return _("immediately")
    if moment > request.at:
        return moment_text(moment, request.at)
    return format_date(timezone.localtime(moment), "j F Y, H:i")


def image_value(form, message) -> str:
    """Return the alternative text of the lead image, or whether there is one."""
    if not (message and message.image):
        return _("chosen") if form.is_bound and form.files.get("image") else _("none")
    return message.image_alt or _("chosen")


def limits_value(people) -> str:
    """Return how many people see a draft."""
    if not people:
        return _("all press staff")
    return ngettext("%(count)d person", "%(count)d people", len(people)) % {"count": len(people)}


def remarks_card(context) -> list[Card]:
    """Return the card with the remarks, alone; no card for a new message."""
    return [remarks.card(context["remark_rows"])] if "remark_rows" in context else []


def further_cards(context, message) -> list[Card]:
    """Return the cards of a saved message: preview links, its changes, the log."""
    cards = []
    if context.get("preview_links") or context.get("preview_link_form"):
        cards.append(previews_card(context))
    if context.get("revisions"):
        value = str(len(context["revisions"]))
        cards.append(Card("changes", _("Changes"), value, "admin/news/message/_revisions.html"))
    if context["log_entries"]:
        value = str(len(context["log_entries"]))
        cards.append(Card("log", _("Log"), value, "admin/news/message/_log.html"))
    return cards


def previews_card(context) -> Card:
    """Return the card with the preview links of a message or a release; its value is how many can be used."""
    live = sum(is_live for _link, is_live, _revoke_url in context["preview_links"])
    return Card("previews", _("Preview links"), str(live) if live else _("none"), "admin/news/message/_previews.html")
