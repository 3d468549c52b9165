"""Admin of topics with their common questions, and of reply templates."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from consular.admin.widgets import WIDE_FIELDS
from consular.models import AnswerTemplate, CommonQuestion, Topic
from redirects.admin import FormerOwnerMixin
from versions.admin.options import VersionedAdmin


class CommonQuestionInline(admin.StackedInline):
    model = CommonQuestion
    extra = 0
    formfield_overrides = WIDE_FIELDS
    verbose_name_plural = _("common questions with answers, shown on the contact page")


@admin.register(Topic)
class TopicAdmin(FormerOwnerMixin, VersionedAdmin):
    list_display = ["name", "sentence", "mailbox", "answer_days", "retention_days", "order", "shown"]
    list_editable = ["order", "shown"]
    search_fields = ["name", "sentence", "slug"]
    inlines = [CommonQuestionInline]
    formfield_overrides = WIDE_FIELDS
    fieldsets = [
        (None, {"fields": ["name", "sentence", "slug", "search_words", "order", "shown"]}),
        (_("Mailbox, time to reply, retention"), {"fields": ["mailbox", "answer_days", "retention_days"]}),
    ]


@admin.register(AnswerTemplate)
class TemplateAdmin(admin.ModelAdmin):
    list_display = ["name", "topic"]
    list_filter = ["topic"]
    list_select_related = ["topic"]
    search_fields = ["name"]
    formfield_overrides = WIDE_FIELDS
