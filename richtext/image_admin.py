"""The library of images in the admin: a grid to browse and to choose from, a page for each image, uploads."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.ids import is_valid_pk
from editions.models import new_edition
from richtext import image_uses
from richtext.images import ImageFormField
from richtext.models import Image, Original
from richtext.original_admin import ImageForm, original_facts, original_view
from richtext.originals import keep_upload
from richtext.press_copies import copies_of
from richtext.renditions import ImageFile
from richtext.serving import StorageUnavailable, media_url, thumbnail_url

PAGE_SIZE = 24  # images on a page of the library
MAX_SHOWN_USES = 3  # texts that the grid names below an image
MAX_FILES = 20  # in one upload
MAX_QUERY = 100  # characters of a search
CHOICE = "image_choice"  # query parameter of the form that an image is chosen for

STILL_USED = gettext_lazy("This image is used in a text, so it cannot be deleted. Take it out of the text first.")
IN_VERSIONS = gettext_lazy("An earlier version of a text shows this image, so it cannot be deleted.")


@admin.register(Image)
class ImageAdmin(admin.ModelAdmin):
    """The library: everybody who writes texts can see, choose and describe its images."""

    form = ImageForm
    fields = [
        "picture",
        "name",
        "alt",
        "credit",
        "rights",
        "taken_on",
        "facts",
        "original_facts",
        "original_file",
        "uses",
    ]
    readonly_fields = ["picture", "facts", "original_facts", "uses"]

    class Media:
        css = {"all": ["desk-image.css"]}

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user, request.at)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and is_used(obj))

    # Fields of the page of an image

    def get_fields(self, request, obj=None):
        can_add = obj and self.has_change_permission(request, obj) and not Original.objects.filter(image=obj).exists()
        return [name for name in self.fields if can_add or name != "original_file"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj:  # for the display functions, which have no request
            obj.listed_uses = image_uses.uses_of([obj], request.user, request.at)[obj.pk]
        return super().get_form(request, obj, change, **kwargs)

    @admin.display(description=gettext_lazy("image"))
    def picture(self, image):
        return format_html(
            '<a href="{}"><img class="library-picture" src="{}" alt="{}"></a>',
            media_url(image.file.name),
            thumbnail_url(image.file.name),
            image.alt or _("Image without alternative text"),
        )

    @admin.display(description=gettext_lazy("file"))
    def facts(self, image):
        user, date = image.uploaded_by, date_format(localtime(image.uploaded_at))
        by = user.get_full_name() or user.get_username() if user else _("import")
        text = _("%(width)d × %(height)d pixels, uploaded on %(date)s by %(by)s")
        return text % {"width": image.width, "height": image.height, "date": date, "by": by}

    @admin.display(description=gettext_lazy("original"))
    def original_facts(self, image):
        return original_facts(Original.objects.filter(image=image).first())

    @admin.display(description=gettext_lazy("used in"))
    def uses(self, image):
        rows = [(use.url, use.title, use.where) for use in image.listed_uses]
        listed = format_html_join("", '<li><a href="{}">{}</a> ({})</li>', rows)
        if listed:
            return format_html('<ul class="library-uses">{}</ul>', listed)
        return _("texts that you cannot open") if is_used(image) else _("no text")

    # Pages

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "richtext_image_thumbnail"
        return [
            path("<int:pk>/thumbnail/", wrap(self.thumbnail_view), name=name),
            path("<int:pk>/original/", wrap(original_view), name="richtext_image_original"),
            *super().get_urls(),
        ]

    def thumbnail_view(self, request, pk):
        """Redirect to the smallest rendition of an image, for a script that knows only its id."""
        image = Image.objects.usable_by(request.user, request.at).filter(pk=pk).first() if pk < 2**63 else None
        if image is None:
            raise Http404
        return HttpResponseRedirect(thumbnail_url(image.file.name))

    def changelist_view(self, request, extra_context=None):
        """Return a page of the library, newest images first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.GET.get("q", "")[:MAX_QUERY].replace("\x00", "")
        purpose = purpose_parameters(request)
        rows = self.get_queryset(request).matching(query).select_related("uploaded_by").order_by("-pk")
        before = request.GET.get("before", "")
        if is_valid_pk(before):
            rows = rows.filter(pk__lt=int(before))
        images = list(rows[: PAGE_SIZE + 1])
        older = purpose | {"q": query, "before": images[PAGE_SIZE - 1].pk} if len(images) > PAGE_SIZE else None
        images = images[:PAGE_SIZE]
        uses = image_uses.uses_of(images, request.user, request.at)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Choose an image") if purpose else _("Images"),
            "is_popup": "CKEditorFuncNum" in purpose,
            "query": query,
            "purpose": purpose,
            "older": older and urlencode(older),
            "newest": urlencode(purpose | {"q": query}) if before else "",
            "cards": [card(image, uses[image.pk], purpose) for image in images],
            "has_add_permission": self.has_add_permission(request),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/richtext/image/library.html", context)

    def add_view(self, request, form_url="", extra_context=None):
        """Put files into the library. Each is stored by itself, so that a refused one does not lose the others."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        errors: list[str] = []
        if request.method == "POST":
            added, errors = self.store_files(request)
            if added and not errors:
                return self.report_added(request, added)
            if added:
                messages.success(request, stored_sentence(added))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Upload images"),
            "errors": errors,
            "accept": ImageFormField().widget.attrs["accept"],
            "max_files": MAX_FILES,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/richtext/image/upload.html", context)

    def store_files(self, request) -> tuple[list[Image], list[str]]:
        """Return the images made of the files of a request, and a sentence for each refused file."""
        files, added, errors = request.FILES.getlist("files"), [], []
        if not files:
            errors.append(_("Choose an image."))
        if len(files) > MAX_FILES:
            errors.append(_("You can upload %d images at a time. The others were left out.") % MAX_FILES)
        for file in files[:MAX_FILES]:
            try:
                picture = ImageFormField().clean(file)
                image = Image.objects.create(
                    file=picture, uploaded_at=request.at, uploaded_by=request.user, shared=True
                )
            except ValidationError as error:
                errors.append(f"{file.name}: {' '.join(error.messages)}")
            except StorageUnavailable:
                errors.append(_("%s: file storage is not responding. Try again in a minute.") % file.name)
            else:
                added.append(image)
                self.log_addition(request, image, [{"added": {}}])
                for note in filter(None, [*picture.notes, keep_upload(image, picture)]):
                    messages.warning(request, f"{image}: {note}")
        return added, errors

    def report_added(self, request, added):
        """Redirect to the page of a single image, to describe it, or to the library."""
        messages.success(request, stored_sentence(added))
        if len(added) == 1 and self.has_change_permission(request):
            return HttpResponseRedirect(reverse("admin:richtext_image_change", args=[added[0].pk]))
        return HttpResponseRedirect(reverse("admin:richtext_image_changelist"))

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        try:
            form.save_original()
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))

    # Deleting

    def delete_view(self, request, object_id, extra_context=None):
        """Delete an image that no text shows, nor any earlier version of one."""
        image = self.get_object(request, object_id)
        if image and super().has_delete_permission(request, image):
            if is_used(image) or image_uses.is_shown_by_versions(image):
                messages.error(request, STILL_USED if is_used(image) else IN_VERSIONS)
                return HttpResponseRedirect(reverse("admin:richtext_image_change", args=[image.pk]))
        with transaction.atomic(), new_edition():  # no text can begin to show it meanwhile
            return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request, obj):
        names = stored_files(obj)
        super().delete_model(request, obj)
        transaction.on_commit(lambda: [default_storage.delete(name) for name in names], robust=True)

    def get_actions(self, request):
        return {}


def stored_sentence(added: list[Image]) -> str:
    """Return the sentence that images have been stored."""
    return ngettext("%d image is in the library.", "%d images are in the library.", len(added)) % len(added)


def stored_files(image: Image) -> list[str]:
    """Return the names of the files of an image: itself, its renditions, its original and copies of that."""
    found = ImageFile.named(image.file.name)
    sets = [found.source_set(kind) for kind in found.kinds] if found else []
    names = {image.file.name, *(name for offered in sets for name, _width in offered)}
    if original := Original.objects.filter(image=image).first():
        names.update([original.file.name, *copies_of(default_storage, original)])
    return list(names)


def is_used(image: Image) -> bool:
    """Return whether a text shows an image, also one that a user may not see."""
    return Image.objects.filter(image_uses.is_used(), pk=image.pk).exists()


def purpose_parameters(request) -> dict[str, str]:
    """Return the query parameters that say what an image is chosen for; none for the library itself.

    `for` is the URL of a form, `choose` a dialog on a page (static/desk-library.js), `CKEditorFuncNum` the editor.
    """
    form, number = request.GET.get("for", ""), request.GET.get("CKEditorFuncNum", "")
    if is_valid_pk(number):
        return {"CKEditorFuncNum": number}
    if "choose" in request.GET:
        return {"choose": "1"}
    is_own = form.startswith(reverse("admin:index")) and len(form) <= 200 and "?" not in form and "#" not in form
    return {"for": form} if is_own and url_has_allowed_host_and_scheme(form, None) else {}


def card(image: Image, uses: list, purpose: dict) -> dict:
    """Return what the grid shows of an image."""
    form = purpose.get("for")
    return {
        "image": image,
        "thumbnail": thumbnail_url(image.file.name),
        "address": media_url(image.file.name),
        "uses": uses[:MAX_SHOWN_USES],
        "more_uses": max(0, len(uses) - MAX_SHOWN_USES),
        "choose_url": f"{form}?{CHOICE}={image.pk}" if form else "",
    }
