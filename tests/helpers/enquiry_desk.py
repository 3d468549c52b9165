"""The addresses of the enquiries' desk, and what officers post to them."""

from django.contrib import admin
from django.urls import reverse

from consular.models import Enquiry


def desk_addresses(enquiry):
    """Return every address of the desk, by its name; those of one enquiry for the given one."""
    patterns = admin.site.get_model_admin(Enquiry).get_urls()
    return {
        pattern.name.removeprefix("consular_enquiry_"): reverse(
            f"admin:{pattern.name}", args=[enquiry.pk] if "<pk>" in str(pattern.pattern) else []
        )
        for pattern in patterns
    }


def posts(enquiry, officer, template):
    """Return the form data for each URL of the desk, valid and invalid, as (name, data)."""
    seen = {"version": enquiry.last_activity_at.isoformat()}
    return [
        ("find", {"said": enquiry.email}),
        ("find", {"said": f"<{enquiry.email.upper()}>"}),
        ("find", {"said": enquiry.reference}),
        ("find", {"said": "nobody@example.org"}),
        ("find", {"said": ""}),
        ("assign", {**seen, "_me": "1"}),
        ("assign", {**seen, "to": officer.pk}),
        ("assign", {**seen, "to": "99"}),
        ("assign", {"to": ""}),
        ("note", {**seen, "note": "A note."}),
        ("note", {**seen, "note": ""}),
        ("note", {**seen, "note": "x" * 10_001}),
        ("answer", {**seen, "text": "An answer."}),
        ("answer", {"text": "An answer."}),
        ("answer", {**seen, "text": ""}),
        ("answer", {**seen, "text": "An answer.", "_preview": "1"}),
        ("answer", {**seen, "text": "", "_preview": "1"}),
        ("answer", {**seen, "_begin": "1"}),
        ("answer", {**seen, "_begin": "1", "template": template.pk}),
        ("answer", {**seen, "text": "An answer.", "_close": "1"}),
        ("close", seen),
        ("close", {}),
        ("reopen", seen),
        ("not_spam", seen),
        ("spam", seen),
        ("export", seen),
        ("erase", {}),
        ("erase", {"reason": "nonsense"}),
        ("change", {}),
        ("history", {}),
        ("changelist", {"text": "x"}),
    ]
