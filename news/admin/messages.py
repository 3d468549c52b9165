"""MessageAdmin: the list and the form of messages.

The form consists of parts, each in a module of this package with functions for the steps of a request: `form_context`
returns its template context, others take part in `save_model`. Extra pages are `AdminViews`.
"""

from itertools import chain

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import error_summary
from core.admin.workflow_forms import run_with_refusals
from core.templatetags.datetimes import in_zones
from editions.models import new_edition
from news.admin import (
    action_bar,
    add_to_release,
    attachments,
    cards,
    checks,
    csv_export,
    editing_sessions,
    form_differences,
    images,
    limits,
    patterns,
    previews,
    remarks,
    revisions,
    workflow,
)
from news.admin.changelist import MessageListMixin
from news.admin.forms import MessageForm
from news.admin.history import MessageHistoryViews
from news.models import Attachment, Message
from redirects import admin as addresses
from richtext.admin import EditorAdminMixin, losses_of_form
from richtext.convert import describe
from versions.admin import conflicts
from versions.models import VersionInfo
from working_copies.admin import WorkingCopyMixin

UNUSED_SCRIPTS = ("urlify.js", "prepopulate.js", "xregexp.js", "xregexp.min.js")  # a sixth of the page's weight


@admin.register(Message)
class MessageAdmin(WorkingCopyMixin, limits.LimitedAdminMixin, MessageListMixin, EditorAdminMixin, admin.ModelAdmin):
    form = MessageForm
    radio_fields = {"category": admin.VERTICAL, "change_kind": admin.VERTICAL}
    save_on_top = False
    inlines = [attachments.AttachmentInline]
    actions = [
        workflow.submit_selected,
        workflow.approve_selected,
        workflow.send_back_selected,
        workflow.withdraw_selected,
        csv_export.save_as_table,
    ]
    views = [
        editing_sessions.PresenceViews,
        checks.CheckViews,
        previews.PreviewViews,
        form_differences.DifferenceViews,
        remarks.MessageRemarkViews,
        MessageHistoryViews,
        workflow.WorkflowViews,
        revisions.RevisionViews,
        add_to_release.AddToReleaseViews,
        csv_export.CsvViews,
    ]
    fieldsets = [
        (None, {"fields": ["headline", "lead", "body"]}),
        (gettext_lazy("Publication"), {"fields": ["publish_at", "featured"], "classes": ["card"]}),
        (gettext_lazy("Category, language"), {"fields": ["category", "language"], "classes": ["card"]}),
        images.FIELDSET,
        (
            gettext_lazy("Source, delivery"),
            {"fields": ["source_name", "source_url", "delivered_on"], "classes": ["card"]},
        ),
        (gettext_lazy("Related messages"), {"fields": ["related"], "classes": ["card"]}),
        limits.FIELDSET,
        (gettext_lazy("Web address"), {"fields": ["slug"], "classes": ["card"]}),
    ]

    @property
    def media(self):
        """Return Django's scripts without those that fill in a field from another one: no field here needs them."""
        return forms.Media(js=[path for path in super().media._js if not path.endswith(UNUSED_SCRIPTS)])

    # Permissions

    def has_submit_permission(self, request):
        return workflow.has_workflow_permission(request, "submit")

    def has_approve_permission(self, request):
        return workflow.has_workflow_permission(request, "approve")

    def has_withdraw_permission(self, request):
        return workflow.has_workflow_permission(request, "withdraw")

    def has_change_permission(self, request, obj=None):
        """What is approved is changed by a revision, and a revision only until it is approved."""
        if obj and obj.state(request.at) not in (Message.State.DRAFT, Message.State.SUBMITTED):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """Only drafts without a log entry can be deleted: with the permission, or by their only author."""
        if obj and (obj.approved_at or obj.log_entries.exists()):
            return False
        is_own = obj and self.has_change_permission(request, obj) and obj.is_own_draft(request.user)
        return super().has_delete_permission(request, obj) or bool(is_own)

    def get_actions(self, request, *args, **kwargs):
        actions = super().get_actions(request, *args, **kwargs)
        return {name: action for name, action in actions.items() if name != "delete_selected"}

    # Columns and fields

    @admin.display(description=gettext_lazy("state"))
    def state_label(self, obj):
        state = obj.state(timezone.now()) if obj.pk else Message.State.DRAFT
        label = _("change: %s") % state.label if obj.is_revision else state.label
        return format_html('<span class="state {}">{}</span>', state.value, label)

    @admin.display(description=gettext_lazy("publication"))
    def publication(self, obj):
        return in_zones(obj.due_at) if obj.due_at else "–"

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "category":  # Django's links beside it work with a select, and these are radio buttons
            field.widget.can_view_related = field.widget.can_change_related = field.widget.can_delete_related = False
        return field

    def get_fieldsets(self, request, obj=None):
        return [*revisions.fieldsets(obj, request.at), *super().get_fieldsets(request, obj)]

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Return a form class with the request: some of its rules depend on the user and the time."""
        return type(
            "MessageForm",
            (super().get_form(request, obj, change, **kwargs),),
            {"request": request, "model_admin": self},
        )

    def get_changeform_initial_data(self, request):
        return super().get_changeform_initial_data(request) | patterns.initial_values(self, request)

    def get_view_on_site_url(self, obj=None):
        if obj is None or not obj.pk or not obj.slug or not obj.was_public(timezone.now()):
            return None
        return obj.get_absolute_url()

    # Pages

    def get_urls(self):
        return [*chain.from_iterable(views(self).urls() for views in self.views), *super().get_urls()]

    def history_view(self, request, object_id, extra_context=None):
        return MessageHistoryViews(self).history(request, object_id)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = super().changeform_view
        return conflicts.run_form_view(
            self,
            request,
            object_id,
            lambda: run_with_refusals(request, lambda: view(request, object_id, form_url, extra_context)),
        )

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        form = context["adminform"].form
        can_change = self.has_change_permission(request, obj)
        if form.is_bound and context["errors"]:
            images.report_losses(request, form)
            form.store_upload(at=request.at, by=request.user)
        # In this order: a stored upload needs not be chosen again; the checks validate the form.
        context.update(error_summary.form_context(context))
        context.update(conflicts.form_context(request, form))
        context.update(editing_sessions.form_context(request, obj, can_change))
        context.update(checks.form_context(request, form, obj))
        has_permission = self.has_change_permission(request)
        context.update(previews.form_context(request, obj, has_permission))
        context.update(workflow.form_context(request, obj))
        context.update(revisions.form_context(request, obj, has_permission))
        context.update(limits.form_context(request, obj))
        context.update(remarks.form_context(request, obj))
        context.update(add_to_release.form_context(request, obj))
        response = super().render_change_form(request, context, add, change, form_url, obj)
        context = response.context_data  # with the permissions
        context.update(cards.form_context(request, context, form, obj))
        context.update(action_bar.form_context(request, form, obj, context))
        context["state_pill"] = self.state_label(obj or Message())
        return response

    # Saving

    def save_model(self, request, obj, form, change):
        """Save the row, and report. The workflow step of the pressed button follows in `save_related`."""
        with addresses.former_owner_warning(request, obj, form, change):
            with new_edition():  # the row is locked from here on
                if change:
                    conflicts.check_version(request, obj)
                if form.has_changed() or not change:  # an approval alone does not make the user an author
                    obj.save(version=VersionInfo(request.at, request.user))
                    for sentence in describe(losses_of_form(form)):
                        messages.warning(request, sentence)
                limits.save_limits(request, obj, form, change)
                images.share_images(request, obj)
                request.was_saved = True
            editing_sessions.end_session(request, obj)
            checks.report_repairs(request, form)
            images.report_saved(request, obj, form)
            images.keep_original(request, obj, form)

    def save_related(self, request, form, formsets, change):
        """Save the attachments, then do the workflow step: it concerns them as well."""
        super().save_related(request, form, formsets, change)
        workflow.apply_step(request, form.instance, form)

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        if formset.model is Attachment:
            attachments.record_changes(request, form.instance, formset)

    def delete_model(self, request, obj):
        """Delete a draft, unless a user has submitted it since its page was opened."""
        with new_edition():  # other writers wait from here on
            row = self.get_object(request, str(obj.pk))
            if row is None or not self.has_delete_permission(request, row):
                raise PermissionDenied
            super().delete_model(request, row)

    def response_post_save_change(self, request, obj):
        then = workflow.report_state(request, obj) or images.open_library(request, obj)
        return then or super().response_post_save_change(request, obj)

    def response_post_save_add(self, request, obj):
        then = workflow.report_state(request, obj) or images.open_library(request, obj)
        return then or super().response_post_save_add(request, obj)
