"""Messages on the desk: written, previewed, published or scheduled, withdrawn."""

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.admin import pictures
from news.admin.acts import ActsMixin
from news.admin.addresses import FormerOwnerMixin
from news.admin.advice import AdviceMixin
from news.admin.attachments import AttachmentInline, AttachmentsMixin
from news.admin.changes import ChangesMixin
from news.admin.conflicts import ConflictsMixin
from news.admin.faults import FaultsMixin
from news.admin.forms import MessageForm
from news.admin.history import HistoryMixin
from news.admin.lists import ListMixin
from news.admin.presence import PresenceMixin
from news.admin.previews import PreviewsMixin
from news.admin.tables import TablesMixin
from news.models import Message
from news.templatetags.moments import in_cities
from richtext.admin import EditorAdminMixin


@admin.register(Message)
class MessageAdmin(
    FormerOwnerMixin,
    pictures.PicturesMixin,
    FaultsMixin,
    ConflictsMixin,
    PresenceMixin,
    AdviceMixin,
    PreviewsMixin,
    HistoryMixin,
    ChangesMixin,
    ActsMixin,
    AttachmentsMixin,
    TablesMixin,
    ListMixin,
    EditorAdminMixin,
    admin.ModelAdmin,
):
    """The desk's list of messages, and a message on the desk."""

    form = MessageForm
    radio_fields = {"category": admin.VERTICAL}
    readonly_fields = ["state_in_words", "due"]
    save_on_top = False
    inlines = [AttachmentInline]
    fieldsets = [
        (
            gettext_lazy("The text"),
            {"fields": ["headline", "lead", "body", "category", "language"]},
        ),
        pictures.FIELDSET,
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

    @admin.display(description=gettext_lazy("publication"))
    def due(self, obj):
        return in_cities(obj.publish_at) if obj.publish_at else "–"

    # A message

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "category":  # Django's links beside it follow a select, and this is a set of radio buttons
            field.widget.can_view_related = field.widget.can_change_related = field.widget.can_delete_related = False
        return field

    def get_form(self, request, obj=None, change=False, **kwargs):
        # The form knows who asks and when: some sentences depend on it.
        return type("MessageForm", (super().get_form(request, obj, change, **kwargs),), {"asked": request})

    def get_view_on_site_url(self, obj=None):
        if obj is None or not obj.pk or not obj.slug or not obj.was_public(timezone.now()):
            return None
        return obj.get_absolute_url()
