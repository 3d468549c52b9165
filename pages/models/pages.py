"""Pages: about, the ambassador, visas, privacy, accessibility."""

from calendar import monthrange
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.text_fields import MAX_SEARCH_WORDS, LineField
from pages.models.workflow import IS_OPEN, IS_PENDING, PageWorkflow
from pages.paths import normalise_path, validate_path
from redirects.models import Redirect, RedirectingModel, RedirectingQuerySet
from richtext.fields import RichTextField
from richtext.models import TextWithImages, TextWithImagesQuerySet
from versions.models import VersionedModel, version_records
from versions.querysets import VersionedQuerySet

MAX_PATH_LENGTH = 200  # characters
ACCESSIBILITY_STATEMENT = "accessibility"  # path of the accessibility statement required by Directive (EU) 2016/2102


class PageQuerySet(RedirectingQuerySet, TextWithImagesQuerySet, VersionedQuerySet):
    path_field = "path"
    deciding = frozenset({"shown"})

    def seen(self):
        return self.shown()

    def public_condition(self, at):
        return Q(shown=True)

    def shown(self):
        """Return the public pages."""
        return self.filter(shown=True)

    def pages(self):
        """Return the pages, without the changes of pages."""
        return self.filter(change_of=None)

    def in_progress(self):
        """Return new pages and open changes, those submitted first, oldest first."""
        waiting = F("submitted_at").asc(nulls_last=True)
        return self.filter(Q(change_of=None, shown=False) | IS_OPEN).order_by(waiting, "pk")

    def pending(self):
        """Return new pages and changes that are approved and wait for their moment, in that order."""
        return self.filter(IS_PENDING & Q(shown=False, applied_at=None, discarded_at=None)).order_by(
            "effective_at", "pk"
        )

    def next_change(self, at: datetime) -> datetime | None:
        """Return the moment of the next page or change that waits for it, due ones included; None without one."""
        return self.pending().values_list("effective_at", flat=True).first()

    def menu(self):
        """Return the public pages in the menu."""
        return self.shown().filter(place=Page.Place.MENU)

    def footer(self):
        """Return the public pages in the footer."""
        return self.shown().filter(place=Page.Place.FOOTER)

    def due_for_review(self, today: date):
        """Return the public pages last reviewed over a year ago, and an accessibility statement without a date."""
        a_year_ago = date(today.year - 1, today.month, min(today.day, monthrange(today.year - 1, today.month)[1]))
        without_date = Q(reviewed_on__isnull=True, path=ACCESSIBILITY_STATEMENT)
        return self.shown().filter(without_date | Q(reviewed_on__lt=a_year_ago)).order_by("reviewed_on", "pk")

    def below(self, page):
        """Return the pages whose path continues that of `page`: visas/children below visas."""
        return self.pages().filter(path__startswith=f"{page.path}/")


class Page(PageWorkflow, RedirectingModel, TextWithImages, VersionedModel):
    """A text without a date: about the embassy, how to get a visa, the privacy policy."""

    class Place(models.TextChoices):
        MENU = "menu", _("in the menu")
        FOOTER = "footer", _("in the footer")
        NOWHERE = "nowhere", _("not in menus")

    title = LineField(_("title"), max_length=200)
    path = LineField(
        _("path"),
        max_length=MAX_PATH_LENGTH,
        validators=[validate_path],
        help_text=_("Web address without the first and last slash, for example about or visas/children."),
    )
    body = RichTextField(_("text"), blank=True)
    description = LineField(
        _("description"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences that search engines show below the title."),
    )
    search_words = LineField(
        _("search words"),
        max_length=MAX_SEARCH_WORDS,
        blank=True,
        help_text=_("Other words that visitors search for, for example price cost. They are not shown."),
    )
    place = models.CharField(_("place"), max_length=10, choices=Place.choices, default=Place.NOWHERE)
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Sort order in the menu or footer, lowest first.")
    )
    shown = models.BooleanField(_("public"), default=False, editable=False)  # set when it is approved and due

    reviewed_on = models.DateField(
        _("last reviewed on"),
        null=True,
        blank=True,
        help_text=_(
            "Date of the last complete review. Shown at the end of the page; the press desk reminds you a year later. "
            "Required for an accessibility statement."
        ),
    )

    text_fields = ("title", "description", "body")
    unrestored_fields = frozenset({"path", "place", "order", "effective_at", "takes_off"})  # where and when it appears
    unseen = frozenset({"submitted_at", "submitted_by", "approved_at", "approved_by", "applied_at", "discarded_at"})
    redirect_target = "page"
    objects = PageQuerySet.as_manager()
    history = version_records(excluded_fields=["change_of", *sorted(unseen)])

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["order", "title", "pk"]
        permissions = [("approve_page", "Can approve pages")]
        constraints = [
            models.UniqueConstraint(fields=["path"], condition=Q(change_of=None), name="pages_page_unique_path"),
            models.UniqueConstraint(fields=["change_of"], condition=IS_OPEN, name="pages_page_one_open_change"),
            models.CheckConstraint(condition=Q(change_of=None) | Q(shown=False), name="pages_page_change_not_public"),
        ]
        indexes = [models.Index(fields=["effective_at"], condition=IS_PENDING, name="pages_page_pending")]

    def __str__(self):
        return self.title

    def is_seen(self):
        return self.shown

    def clean_fields(self, exclude=None):
        self.path = normalise_path(self.path)
        super().clean_fields(exclude=exclude)

    def clean(self):
        super().clean()
        others = Page.objects.pages().exclude(pk__in=[self.pk, self.change_of_id]).filter(path=self.path)
        if others.exists():
            raise ValidationError({"path": _("Another page already has this path.")})

    def get_absolute_url(self):
        return reverse("pages:page", args=[self.path])

    def text_changed_at(self) -> datetime | None:
        """Return since when the public has read this title and text; None where no version of it was public.

        Drafts, and changes of anything else (the path, the order in the menu, the date of the review), do not count.
        """
        public = self.history.filter(shown=True).order_by("history_id")
        other = public.exclude(title=self.title, body=self.body).values_list("history_id", flat=True).last() or 0
        return public.filter(history_id__gt=other).values_list("history_date", flat=True).first()

    def redirect_from(self, before):
        """Redirect from the former path, and move the pages below it, each with a redirect.

        Neither a draft nor a change of a page takes a path away from what it leads to.
        """
        if self.is_change:
            return
        if self.shown:
            super().redirect_from(before)
        elif before and before.path != self.path and self.history.filter(path=before.path, shown=True).exists():
            Redirect.add(before.get_absolute_url(), page=self)  # moved while it is not public
        if before and before.path != self.path:
            for child in Page.objects.below(before).order_by("path"):
                path = self.path + child.path.removeprefix(before.path)
                if len(path) <= MAX_PATH_LENGTH and not Page.objects.filter(path=path).exists():
                    Page.objects.filter(pk=child.pk).update(path=path)

    redirect_from.alters_data = True
