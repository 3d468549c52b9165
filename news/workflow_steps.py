"""Steps of the workflow: submitted, sent back, approved, corrected, withdrawn and so on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkflowStep(models.TextChoices):
    """A step of the workflow, as the log and the versions of a message name it."""

    SUBMITTED = "submitted", _("submitted")
    SENT_BACK = "sent back", _("sent back")
    APPROVED = "approved", _("approved")
    CHANGED = "changed", _("changed after approval")
    STARTED = "started", _("change begun")
    DISCARDED = "discarded", _("change discarded")
    PUBLISHED_NOW = "published now", _("published before its time")
    ADDED = "added", _("added to a release")
    REMOVED = "removed", _("removed from a release")
    RELEASED = "released", _("published with its release")
    UNFEATURED = "unfeatured", _("no longer at the top of the home page")
    ATTACHED = "attached", _("attachments changed")
    TYPO = "typo", _("typo fixed")
    CORRECTION = "correction", _("corrected")
    UPDATE = "update", _("updated")
    WITHDRAWN = "withdrawn", _("withdrawn")
    RESTORED = "restored", _("restored")
    REVERTED = "reverted", _("earlier version restored")
