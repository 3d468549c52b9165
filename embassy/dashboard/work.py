"""Dashboard sections about work: e-mails in trouble, what awaits approval, drafts, pages."""

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from embassy.dashboard.registry import WEEK, dashboard_section, section_listing
from news.models import Message
from news.remarks import count_open_remarks
from outbox.models import OutboxEmail
from pages.models import Page
from working_copies.unsaved_texts import list_unsaved_texts

FORMS_WITH_COPIES = ("news.{}_message", "pages.{}_page", "counters.{}_counter", "consular.{}_notice")


@dashboard_section(
    "unsaved-texts",
    "admin/dashboard/unsaved_texts.html",
    *(name.format(action) for name in FORMS_WITH_COPIES for action in ("add", "change")),
)
def unsaved_texts(user, at):
    """What the user has typed and not saved, the newest first; no section if there is nothing."""
    rows = list_unsaved_texts(user, at)
    return {"rows": rows, "more": False} if rows else None


@dashboard_section(
    "email-problems", "admin/dashboard/email_problems.html", "outbox.view_outboxemail", "consular.view_enquiry"
)
def email_problems(user, at):
    """E-mails that are late, with the last error, and those given up this week; no section if there are none."""
    late, given_up = OutboxEmail.objects.late(at), OutboxEmail.objects.filter(given_up_at__gt=at - WEEK).count()
    totals = late.aggregate(count=Count("pk"), since=Min("written_at"))
    if not totals["count"] and not given_up:
        return None
    failed = late.exclude(last_error="").order_by("-due_at").first()
    can_view = user.has_perm("outbox.view_outboxemail")
    empty = section_listing(OutboxEmail.objects.none(), "admin:outbox_outboxemail_changelist")
    return {**empty, **totals, "failed": failed, "given_up": given_up, "can_view": can_view}


@dashboard_section("awaiting-approval", "admin/dashboard/awaiting_approval.html", "news.approve_message")
def awaiting_approval(user, at):
    """Messages that the user can approve (not their own), the longest submitted first."""
    rows = Message.objects.submitted().visible_to(user, at).not_authored_by(user).for_desk()
    rows = rows.order_by("submitted_at", "id")
    none = _("Nothing awaits your approval.")
    return section_listing(rows, "admin:news_message_changelist", "?state=submitted", none=none)


@dashboard_section("my-drafts", "admin/dashboard/my_drafts.html", "news.change_message")
def my_drafts(user, at):
    """The user's messages that are not approved: those sent back first, then the newest."""
    rows = Message.objects.unapproved().visible_to(user, at).authored_by(user).for_desk()
    rows = rows.with_rejections().order_by("-id")
    none = _("You have no drafts, and no message was sent back to you.")
    section = section_listing(rows, "admin:news_message_changelist", "?author=me", none=none)
    count_open_remarks(section["rows"], user, at)
    section["rows"].sort(key=lambda message: not (message.rejections and not message.submitted_at))  # sent back first
    return section


@dashboard_section("recently-published", "admin/dashboard/recently_published.html", "news.view_message")
def recently_published(user, at):
    """Messages published in the last seven days, the newest first."""
    rows = Message.objects.published(at).filter(publish_at__gt=at - WEEK).for_desk()
    none = _("Nothing was published in the last seven days.")
    return section_listing(rows, "admin:news_message_changelist", "?published=week&state=published", none=none)


@dashboard_section("pages-in-progress", "admin/dashboard/pages_in_progress.html", "pages.change_page")
def pages_in_progress(user, at):
    """New pages and changes of pages that are drafts, submitted or scheduled; no section if there are none."""
    section = section_listing(Page.objects.in_progress().defer("body"), "admin:pages_page_changelist")
    return section if section["rows"] else None


@dashboard_section("pages-to-review", "admin/dashboard/pages_to_review.html", "pages.change_page")
def pages_to_review(user, at):
    """Pages not reviewed for a year, the longest ago first; no section if there are none."""
    section = section_listing(Page.objects.due_for_review(timezone.localdate(at)), "admin:pages_page_changelist")
    return section if section["rows"] else None
