"""PageAdmin: the list and the form of pages. A public page is changed by a proposal, which a second user approves."""

from itertools import chain

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.workflow_forms import run_with_refusals
from pages.admin import checks, workflow
from pages.admin.forms import PageForm
from pages.admin.history import PageHistoryViews
from pages.admin.previews import DifferenceViews, PreviewViews
from pages.models import Page
from redirects.admin import FormerOwnerMixin
from richtext.admin import EditorAdminMixin, with_rendered_texts
from versions.admin.form_checks import checks_card
from versions.admin.options import VersionedAdmin
from working_copies.admin import WorkingCopyMixin


@admin.register(Page)
class PageAdmin(WorkingCopyMixin, FormerOwnerMixin, EditorAdminMixin, VersionedAdmin):
    form = PageForm
    change_form_template = "admin/pages/page/change_form.html"
    list_display = ["title", "path", "state_label", "place", "order"]
    list_editable = ["place", "order"]
    list_filter = ["place", "shown"]
    search_fields = ["title", "path", "body"]
    prepopulated_fields = {"path": ["title"]}
    views = [PreviewViews, checks.CheckViews, DifferenceViews, workflow.WorkflowViews]
    text_fieldset = (None, {"fields": ["title", "body"]})
    card_fieldsets = [
        (gettext_lazy("Web address"), {"fields": ["path"], "classes": ["card"]}),
        (gettext_lazy("Display"), {"fields": ["place", "order"], "classes": ["card"]}),
        (gettext_lazy("Description"), {"fields": ["description", "search_words"], "classes": ["card"]}),
        (gettext_lazy("Review"), {"fields": ["reviewed_on"], "classes": ["card"]}),
    ]

    # Permissions

    def has_change_permission(self, request, obj=None):
        """What is public or approved is not changed in its own form, but by a proposal."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_editable)

    def has_delete_permission(self, request, obj=None):
        """Only drafts without a log entry can be deleted; a public page is taken off the site."""
        has_record = obj and (obj.shown or obj.is_change or obj.log_entries.exists())
        return super().has_delete_permission(request, obj) and not has_record

    def get_actions(self, request, *args, **kwargs):
        actions = super().get_actions(request, *args, **kwargs)
        return {name: action for name, action in actions.items() if name != "delete_selected"}

    # List and fields

    def get_queryset(self, request):
        """Return the pages; on the form the changes of pages too."""
        rows = super().get_queryset(request).select_related("change_of")
        is_list = request.resolver_match and request.resolver_match.url_name == "pages_page_changelist"
        return rows.pages().prefetch_related("changes") if is_list else rows

    @admin.display(description=gettext_lazy("state"))
    def state_label(self, obj):
        change = next((change for change in obj.changes.all() if change.is_open), None)
        label = format_html('<span class="state {}">{}</span>', obj.state.value, obj.state.label)
        if change is None:
            return label
        url = reverse("admin:pages_page_change", args=[change.pk])
        return format_html('{} <a href="{}">{}</a>', label, url, _("change: %s") % change.state.label)

    def get_fieldsets(self, request, obj=None):
        names = ["effective_at"] if obj is None or not obj.shown else []
        names = ["takes_off", *names] if obj and obj.is_change else names
        when = [(_("Publication"), {"fields": names, "classes": ["card"]})] if names else []
        return with_rendered_texts(self, request, obj, [self.text_fieldset, *when, *self.card_fieldsets])

    def view_on_site(self, page):
        """Return the URL of a public page."""
        return page.get_absolute_url() if page.shown else None

    # Pages of the admin

    def get_urls(self):
        return [
            *chain.from_iterable(views(self).urls() for views in self.views),
            *PageHistoryViews(self).urls(),
            *super().get_urls(),
        ]

    def history_view(self, request, object_id, extra_context=None):
        return PageHistoryViews(self).history(request, object_id)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = super().changeform_view
        return run_with_refusals(request, lambda: view(request, object_id, form_url, extra_context))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context.update(workflow.form_context(request, obj, self.has_change_permission(request)))
        name, args = ("preview", [obj.pk]) if obj else ("preview_new", [])
        context["preview_url"] = reverse(f"admin:pages_page_{name}", args=args)
        context.update(checks.form_context(context["adminform"].form, obj))
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if response.context_data["can_save"]:
            response.context_data["cards"].insert(0, checks_card(context))
        return response

    # Saving

    def save_model(self, request, page, form, change):
        """Save a draft or a change, and report how many pages below a draft moved with it."""
        former = "" if page.is_change else form.initial.get("path", "")
        with workflow.moves_reported(request, Page(pk=page.pk, path=former)):
            super().save_model(request, page, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        workflow.apply_step(request, form.instance, form)

    def response_post_save_change(self, request, obj):
        return workflow.report_state(request, obj) or super().response_post_save_change(request, obj)

    def response_post_save_add(self, request, obj):
        return workflow.report_state(request, obj) or super().response_post_save_add(request, obj)
