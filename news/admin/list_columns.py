"""Columns of the list of messages: image, headline, state and who has it open, author and last change, publication."""

from datetime import timedelta

from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.datetimes import in_zones
from news.admin import editing_sessions, limits, remarks
from news.models import Message
from richtext.renditions import ImageFile
from richtext.serving import media_url

State = Message.State


class ListColumnsMixin:
    """The part of MessageAdmin for the columns of its list."""

    list_display = ["thumbnail", "title", "state_cell", "last_change", "category_cell", "publication_cell", "page_link"]
    list_display_links = ["title"]

    @admin.display(description=gettext_lazy("image"))
    def thumbnail(self, obj):
        found = ImageFile.named(obj.image.name) if obj.image else None
        if found is None:
            return mark_safe("<span></span>")
        name = found.rendition(found.widths[0], found.kinds[-1])
        return format_html('<img src="{}" alt="" width="54" height="36" loading="lazy">', media_url(name))

    @admin.display(description=gettext_lazy("headline"))
    def title(self, obj):
        return format_html('<span class="two-lines" dir="auto" title="{}">{}</span>', obj.headline, obj.headline)

    @admin.display(description=gettext_lazy("state"))
    def state_cell(self, obj):
        at = timezone.now()
        star = format_html(' <span class="star" title="{}">★</span>', _("Featured")) if obj.featured else ""
        since = state_since(obj, at)
        lines = format_html_join("", "<small>{}</small>", [(since,)] if since else [])
        return format_html(
            "{}{}{}{}{}{}",
            self.state_label(obj),
            star,
            limits.badge(obj, at),
            lines,
            remarks.badge(obj),
            editing_sessions.other_editors_html(obj),
        )

    @admin.display(description=gettext_lazy("author, last change"))
    def last_change(self, obj):
        version = getattr(obj, "newest_version_row", None)
        if version is None:
            return "–"
        who = version.history_user
        when = date_format(timezone.localtime(version.history_date), "j M Y, H:i")
        return format_html("{}<small>{}</small>", (who.get_full_name() or who.get_username()) if who else "–", when)

    @admin.display(description=gettext_lazy("category"))
    def category_cell(self, obj):
        if obj.language == settings.LANGUAGE_CODE.partition("-")[0]:
            return str(obj.category)
        return format_html("{}<small>{}</small>", obj.category, obj.get_language_display())

    @admin.display(description=gettext_lazy("publication"))
    def publication_cell(self, obj):
        if not obj.due_at:
            return _("on approval") if obj.state(timezone.now()) in (State.DRAFT, State.SUBMITTED) else "–"
        first, *others = in_zones(obj.due_at).split(" · ")
        return format_html("{}{}", first, format_html_join("", "<small>{}</small>", ((other,) for other in others)))

    @admin.display(description=gettext_lazy("page"))
    def page_link(self, obj):
        if obj.was_public(timezone.now()):
            return format_html('<a href="{}">{}</a>', obj.get_absolute_url(), _("View"))
        return format_html('<a href="{}">{}</a>', reverse("admin:news_message_preview", args=[obj.pk]), _("Preview"))


def state_since(message: Message, at) -> str:
    """Return how long a message has been submitted or withdrawn; "" for other states and less than a minute."""
    since = {State.SUBMITTED: message.submitted_at, State.WITHDRAWN: message.withdrawn_at}.get(message.state(at))
    if since is None or at - since < timedelta(minutes=1):
        return ""
    return _("for %s") % timesince(since, at, depth=1)
