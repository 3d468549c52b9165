"""Messages on the desk: written, previewed, published or scheduled, withdrawn."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from editions.models import new_edition
from news.admin.filters import StateFilter, YearFilter
from news.admin.forms import MessageForm, WithdrawalForm
from news.models import Message
from news.templatetags.moments import in_cities
from richtext.admin import EditorAdminMixin


@admin.register(Message)
class MessageAdmin(EditorAdminMixin, admin.ModelAdmin):
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
    actions = ["publish_selected", "withdraw_selected"]
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

    def get_queryset(self, request):
        self.at = request.at
        return super().get_queryset(request)

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Messages"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("state"))
    def state_in_words(self, obj):
        state = obj.state(self.at) if obj.pk else Message.State.DRAFT
        return format_html('<span class="state {}">{}</span>', state.value, state.label)

    @admin.display(description=gettext_lazy("publication"), ordering="publish_at")
    def due(self, obj):
        return in_cities(obj.publish_at) if obj.publish_at else "–"

    def get_actions(self, request):
        # The public record is withdrawn, not deleted; a draft is deleted on its own page.
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    @admin.action(description=gettext_lazy("Publish, or schedule where the moment is ahead"), permissions=["publish"])
    def publish_selected(self, request, queryset):
        with new_edition():
            drafts = list(queryset.drafts())
            for message in drafts:
                message.approve(at=request.at, by=request.user)
                self.log_change(request, message, _("Published or scheduled from the list."))
        text = ngettext("%d message is approved.", "%d messages are approved.", len(drafts))
        self.message_user(request, text % len(drafts), messages.SUCCESS)

    @admin.action(description=gettext_lazy("Withdraw …"), permissions=["withdraw"])
    def withdraw_selected(self, request, queryset):
        chosen = ",".join(str(pk) for pk in queryset.published(request.at).values_list("pk", flat=True)[:500])
        if not chosen:
            self.message_user(request, _("None of these is published, so none can be withdrawn."), messages.WARNING)
            return None
        return HttpResponseRedirect(f"{reverse('admin:news_message_withdraw')}?ids={chosen}")

    # Who may do what

    def has_publish_permission(self, request):
        return request.user.has_perm("news.publish_message")

    def has_withdraw_permission(self, request):
        return request.user.has_perm("news.withdraw_message")

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.was_public(request.at))

    # A message

    def save_model(self, request, obj, form, change):
        if "_publish" in request.POST:
            if not self.has_publish_permission(request):
                raise PermissionDenied
            obj.approve(at=request.at, by=request.user)
        else:
            obj.save()

    def response_post_save_change(self, request, obj):
        if "_publish" in request.POST:
            return self.say_when(request, obj)
        return super().response_post_save_change(request, obj)

    def response_post_save_add(self, request, obj):
        if "_publish" in request.POST:
            return self.say_when(request, obj)
        return super().response_post_save_add(request, obj)

    def say_when(self, request, obj):
        """Say what became of the message, and stay with it."""
        if obj.state(request.at) == Message.State.PUBLISHED:
            self.message_user(request, _("It is public now, at %s") % obj.get_absolute_url(), messages.SUCCESS)
        else:
            self.message_user(request, _("It will be public at %s.") % in_cities(obj.publish_at), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:news_message_change", args=[obj.pk]))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        state = obj.state(request.at) if obj else Message.State.DRAFT
        context["can_publish"] = state == Message.State.DRAFT and self.has_publish_permission(request)
        context["can_withdraw"] = state == Message.State.PUBLISHED and self.has_withdraw_permission(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_view_on_site_url(self, obj=None):
        if obj is None or not obj.pk or not obj.was_public(self.at):
            return None
        return obj.get_absolute_url()

    # Acts with a page of their own

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("withdraw/", wrap(self.withdraw_view), name="news_message_withdraw"),
            path("<int:pk>/preview/", wrap(never_cache(self.preview_view)), name="news_message_preview"),
            *super().get_urls(),
        ]

    def withdraw_view(self, request):
        """Ask for the reason, then withdraw the chosen messages, all or none."""
        if not self.has_withdraw_permission(request):
            raise PermissionDenied
        ids = [int(pk) for pk in request.GET.get("ids", "").split(",") if pk.isdecimal() and len(pk) < 19]
        chosen = list(Message.objects.published(request.at).filter(pk__in=ids))
        if not chosen:
            raise Http404
        form = WithdrawalForm(request.POST or None)
        if form.is_valid():
            self.withdraw_all(request, chosen, form.cleaned_data["reason"])
            return HttpResponseRedirect(reverse("admin:news_message_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Withdraw"),
            "opts": self.opts,
            "form": form,
            "chosen": chosen,
        }
        return TemplateResponse(request, "admin/news/message/withdraw.html", context)

    def withdraw_all(self, request, chosen, reason):
        """Withdraw published messages for a reason, and say so."""
        try:
            with new_edition():
                for message in chosen:
                    message.withdraw(reason, at=request.at, by=request.user)
                    self.log_change(request, message, _("Withdrawn: %s") % reason)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return
        text = ngettext("%d message is withdrawn.", "%d messages are withdrawn.", len(chosen))
        self.message_user(request, text % len(chosen), messages.SUCCESS)

    def preview_view(self, request, pk):
        """A message as the public page would show it, for staff alone."""
        message = self.get_object(request, str(pk))
        if message is None or not self.has_view_permission(request, message):
            raise Http404
        message.publish_at = message.publish_at or request.at
        return render(request, "news/preview.html", {"message": message})
