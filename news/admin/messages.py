"""Messages on the desk: written, previewed, published or scheduled, withdrawn."""

from django.contrib import admin
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from news.admin.acts import ActsMixin
from news.admin.filters import StateFilter, YearFilter
from news.admin.forms import MessageForm
from news.models import Message
from news.templatetags.moments import in_cities
from richtext.admin import EditorAdminMixin


@admin.register(Message)
class MessageAdmin(ActsMixin, EditorAdminMixin, admin.ModelAdmin):
    """The desk's list of messages, and a message on the desk."""

    form = MessageForm
    list_display = ["headline", "state_in_words", "category", "due", "featured"]
    list_filter = [StateFilter, "category", YearFilter, "featured"]
    list_select_related = ["category"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["headline", "lead"]
    search_help_text = gettext_lazy("Words of the headline or the lead")
    ordering = ["-id"]
    radio_fields = {"category": admin.VERTICAL}
    readonly_fields = ["state_in_words", "due"]
    save_on_top = False
    fieldsets = [
        (
            gettext_lazy("The text"),
            {"fields": ["headline", "lead", "body", "category", "language", "image", "image_alt"]},
        ),
        (gettext_lazy("Where it came from"), {"fields": ["delivered_on", "source_name", "source_url"]}),
        (
            gettext_lazy("When and where it appears"),
            {"fields": ["state_in_words", "due", "publish_at", "featured", "slug"]},
        ),
    ]

    # Lists

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Messages"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("state"))
    def state_in_words(self, obj):
        state = obj.state(timezone.now()) if obj.pk else Message.State.DRAFT
        return format_html('<span class="state {}">{}</span>', state.value, state.label)

    @admin.display(description=gettext_lazy("publication"), ordering="publish_at")
    def due(self, obj):
        return in_cities(obj.publish_at) if obj.publish_at else "–"

    # A message

    def get_form(self, request, obj=None, change=False, **kwargs):
        # The form knows who asks and when: some sentences depend on it.
        return type("MessageForm", (super().get_form(request, obj, change, **kwargs),), {"asked": request})

    def get_view_on_site_url(self, obj=None):
        if obj is None or not obj.pk or not obj.was_public(timezone.now()):
            return None
        return obj.get_absolute_url()

    # Acts with a page of their own

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", wrap(never_cache(self.preview_view)), name="news_message_preview"),
            *super().get_urls(),
        ]

    def preview_view(self, request, pk):
        """A message as the public page would show it, for staff alone."""
        message = self.get_object(request, str(pk))
        if message is None or not self.has_view_permission(request, message):
            raise Http404
        message.publish_at = message.publish_at or request.at
        return render(request, "news/preview.html", {"message": message})
