"""Pages of a release in the admin: the preview of all of it, and the steps, each of which asks on a page of its own."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.views import redirect_to_form
from core.datetime_fields import ZonedDateTimeField, ZonedDateTimeWidget
from core.ids import is_valid_pk
from core.templatetags.datetimes import in_zones
from core.text_fields import MAX_REASON, TextFormField
from news import emails
from news.admin.forms import clean_moment
from news.admin.preview_links import PreviewLinkViews
from news.admin.workflow import has_workflow_permission
from news.background_link_checks import known_broken_links
from news.message_checks import urls_of
from news.previews import prepare_preview

STEPS = {
    "approve": gettext_lazy("Approve the release"),
    "move": gettext_lazy("Move the release"),
    "hold": gettext_lazy("Hold the release"),
    "publish_now": gettext_lazy("Publish the release now"),
}


class StepForm(forms.Form):
    """What a step of a release asks for: a reason, or another moment."""

    reason = TextFormField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )
    moment = ZonedDateTimeField(label=gettext_lazy("New moment"), widget=ZonedDateTimeWidget)

    accept_broken_links = forms.BooleanField(
        label=gettext_lazy("Approve although links do not answer"),
        error_messages={"required": gettext_lazy("Correct these links, or tick this box. It is recorded.")},
    )

    def __init__(self, *args, step, at, broken_links=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.at = at
        if step != "approve" or not broken_links:
            del self.fields["accept_broken_links"]
        if step != "move":
            del self.fields["moment"]
        if step in ("move", "publish_now"):
            del self.fields["reason"]
        elif step == "hold":
            self.fields["reason"].required = True
        else:
            self.fields["reason"].help_text = _("Required if you have worked on an item yourself. It is recorded.")

    def clean_moment(self):
        return clean_moment(self.cleaned_data["moment"], self.at, _("Choose a later time."))


def hidden_items(user, release, at):
    """Return how many items of a release the user may not see."""
    return release.items.exclude(pk__in=release.items.visible_to(user, at).values("pk")).count()


def visible_items(request, release) -> list:
    """Return the items that the user may see, in their order."""
    return list(release.ordered_items().visible_to(request.user, request.at))


def link_refusal(request, release) -> str:
    """Return why a release can have no new preview link, or ""."""
    if release.published_at:
        return _("This release is published, so it needs no preview link.")
    if hidden_items(request.user, release, request.at):
        return _("This release has an item that you cannot see. Ask a colleague who can see it to create the link.")
    return ""


class ReleaseViews(PreviewLinkViews):
    """The preview of all items of a release, its preview links, and its steps."""

    refusal = staticmethod(link_refusal)

    def urls(self):
        return [
            self.url("<int:pk>/preview/", self.preview, "preview"),
            *super().urls(),
            *(self.url(f"<int:pk>/{step}/", self.step, step, kwargs={"step": step}) for step in STEPS),
        ]

    def preview(self, request, pk):
        """Show all items as their pages will look, in their order."""
        release = self.get_visible(request, pk)
        at = max(release.moment or request.at, request.at)
        items = [prepare_preview(item, at) for item in visible_items(request, release)]
        return render(request, "news/release_preview.html", {"release": release, "items": items})

    def step(self, request, pk, step):
        """Ask for what the step needs, and take it."""
        release = self.get_visible(request, pk)
        if not has_workflow_permission(request, "approve"):
            raise PermissionDenied
        if hidden_items(request.user, release, request.at):
            messages.warning(request, _("You cannot see an item of this release. Ask a colleague who can."))
            return redirect_to_form(release)
        broken = broken_links(request, release) if step == "approve" else []
        form = StepForm(
            request.POST if request.method == "POST" else None, step=step, at=request.at, broken_links=broken
        )
        if form.is_valid():
            try:
                with transaction.atomic():  # a step that is refused halfway leaves nothing behind
                    take_step(request, release, step, form.cleaned_data)
                    emails.notify_of_release(release, request.at)
            except ValidationError as error:
                for sentence in error.messages:
                    messages.warning(request, sentence)
            else:
                report(request, release)
            return redirect_to_form(release)
        return self.render(
            request,
            "step.html",
            title=STEPS[step],
            release=release,
            items=list(release.ordered_items()),
            broken_links=broken,
            versions=release.versions(),
            form=form,
            media=self.model_admin.media + form.media,
        )


def broken_links(request, release) -> list[dict]:
    """Return the links of a release that do not work, by the latest check of its form."""
    return known_broken_links(links_of(visible_items(request, release)))


def links_of(items) -> list[str]:
    """Return the links of messages, each once."""
    return sorted({url for item in items for url in urls_of(item)})


def take_step(request, release, step: str, data) -> None:
    """Take a step of a release."""
    options = {"at": request.at, "by": request.user}
    if step == "approve":
        posted = {name.removeprefix("version-"): value for name, value in request.POST.items() if "version-" in name}
        versions = {int(pk): int(number) for pk, number in posted.items() if is_valid_pk(pk) and is_valid_pk(number)}
        note = _("Links that do not answer were accepted.") if data.get("accept_broken_links") else ""
        release.approve(**options, versions=versions, override=data["reason"], note=note)
    elif step == "move":
        release.move(data["moment"], **options)
    elif step == "hold":
        release.hold(data["reason"], **options)
    else:
        release.publish_now(**options)


def report(request, release) -> None:
    """Say what the state of a release is."""
    release.refresh_from_db()
    if release.published_at:
        messages.success(request, _("The release has been published."))
    elif release.approved_at:
        messages.success(request, _("The release will be published at %s.") % in_zones(release.moment))
    else:
        messages.success(request, _("The release is held. Nothing of it will be published until it is approved again."))
