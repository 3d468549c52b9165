"""Form tokens (idempotency keys): a form of the admin that arrives twice is processed once.

Each form carries a random token beside its CSRF token (`accounts.templatetags.form_tokens`). The first POST with it
stores its redirect and messages in a row with a unique key, in one transaction with what it has changed. A second POST
with the same content, from a double click, the Back button or a retry, waits for that transaction and gets the same
redirect and messages. One with other content gets a page with its texts: nothing is saved twice or dropped unseen.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import wraps

from django.contrib import messages
from django.db import connections, router, transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.safestring import SafeData, mark_safe
from django.views.decorators.debug import sensitive_variables

from accounts.models import FormSubmission
from accounts.repeated_forms import render_saved_already

FIELD = "form_token"
TOKEN_LENGTH = 22  # letters and digits: 131 random bits
TOKEN = re.compile(rf"[A-Za-z0-9]{{{TOKEN_LENGTH}}}", re.ASCII)
SALT = "accounts.form_tokens"

# Fields that may differ between two POSTs of the same texts: tokens, the browser's key for unsaved text and its time.
IGNORED_FIELDS = {FIELD, "csrfmiddlewaretoken", "draft_key", "typed_at"}
# POSTs that save nothing and may take long: they need no transaction.
REPEATABLE_ROUTES = {
    f"admin:{model}_{name}"
    for model in ("news_message", "pages_page")
    for name in ("preview", "preview_new", "checks", "checks_new", "changed_words")
}
REDIRECTS = {302, 303}


def create_token() -> str:
    """Return a token for one form on one page."""
    return get_random_string(TOKEN_LENGTH)


def once(view):
    """Decorator of a view: process each form once, and let the templates of its page put tokens into their forms."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        request.has_form_tokens = request.user.is_authenticated
        token = request.POST.get(FIELD, "") if request.method == "POST" else ""
        is_repeatable = request.resolver_match and request.resolver_match.view_name in REPEATABLE_ROUTES
        if is_repeatable or not TOKEN.fullmatch(token) or not request.has_form_tokens:
            return view(request, *args, **kwargs)
        return process_once(request, token, lambda: view(request, *args, **kwargs))

    return wrapped


def process_once(request, token: str, view):
    """Return the response of `view()`, or of the first form with the token; see the module's docstring.

    The token of a form that was refused, or whose response cannot be repeated, can be used again. An exception of the
    view is raised again after the commit, as what a view has written outside its own transactions remains (a log).
    """
    content = hash_content(request, token)
    key = hash_key(request, token, content)
    error = None
    with transaction.atomic():
        # A concurrent request with the key waits here until this transaction ends.
        submission, is_first = FormSubmission.objects.get_or_create(
            key=key, defaults={"content": content, "at": request.at}
        )
        if not is_first:
            return repeat_response(request, submission)
        try:
            response = view()
        except Exception as raised:
            error, response = raised, None
        if not connections[router.db_for_write(FormSubmission)].needs_rollback:  # otherwise the row is removed by it
            store_result(request, submission, response)
    if error:
        raise error
    return response


# Keys


def hash_key(request, token: str, content: str) -> str:
    """Return the key of a submission: a keyed hash of the token, bound to the user and the URL.

    A list is submitted several times without being loaded again, each time with other rows: so its keys contain them.
    """
    match = request.resolver_match
    is_list = match is not None and (match.url_name or "").endswith("_changelist")
    parts = [token, request.user.pk, request.get_full_path(), content if is_list else ""]
    return salted_hmac(f"{SALT}.key", json.dumps(parts), algorithm="sha256").hexdigest()


@sensitive_variables()
def hash_content(request, token: str) -> str:
    """Return a keyed hash of the fields and files of a form.

    The token is part of the secret and is stored nowhere, so that nobody can search for a password that was sent.
    """
    fields = [
        [name, *request.POST.getlist(name)]
        for name in sorted(request.POST)
        if name not in IGNORED_FIELDS and not name.startswith("initial-")
    ]
    files = [[name, *map(hash_file, request.FILES.getlist(name))] for name in sorted(request.FILES)]
    return salted_hmac(f"{SALT}.content", json.dumps([token, fields, files]), algorithm="sha256").hexdigest()


def hash_file(file) -> str:
    """Return a hash of the name and content of an uploaded file."""
    digest = hashlib.sha256(file.name.encode(errors="replace"))
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


# Results


def remember_saved(request, row) -> None:
    """Store which row the form has saved: a repetition with other content gets a link to it."""
    request.saved_row = row


def replace_when_repeated(request, location: str, sentence: str) -> None:
    """Store what a repetition gets where the response itself must not be stored: a redirect and a success message."""
    request.repetition = location, sentence


def store_result(request, submission: FormSubmission, response) -> None:
    """Store the result of a form that was processed, or delete the row so that the token can be used again."""
    result = read_result(request, response)
    if result is None:
        submission.delete()
    else:
        submission.result = result
        submission.save(update_fields=["result"])


def read_result(request, response) -> dict | None:
    """Return what a repetition needs of a response; None for a form that was refused and for other pages and files."""
    if response is not None and hasattr(request, "repetition"):
        location, sentence = request.repetition
        return {"status": 302, "headers": {"Location": location}, "messages": [[messages.SUCCESS, sentence, "", False]]}
    if response is None or response.status_code not in REDIRECTS:
        return None
    sent = request._messages._queued_messages
    levels = {message.level for message in sent}
    if levels and max(levels) >= messages.WARNING and messages.SUCCESS not in levels:
        return None
    return {
        "status": response.status_code,
        "headers": dict(response.items()),
        "cookies": [morsel.OutputString() for morsel in response.cookies.values()],
        "messages": [
            [message.level, str(message.message), message.extra_tags or "", isinstance(message.message, SafeData)]
            for message in sent
        ],
        "saved": url_of(getattr(request, "saved_row", None)),
    }


def url_of(row) -> str:
    """Return the URL of a row's form in the admin; "" without a row."""
    if row is None:
        return ""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def repeat_response(request, submission: FormSubmission):
    """Return the first response again, with its messages; a page with the typed texts where the content differs."""
    result = submission.result
    if submission.content != hash_content(request, request.POST[FIELD]):
        return render_saved_already(request, submission)
    headers = result["headers"]
    response = HttpResponseRedirect(headers["Location"], status=result["status"], headers=headers)
    for cookie in result.get("cookies", []):
        response.cookies.load(cookie)
    response.is_repetition = True  # for accounts.middleware
    repeat_messages(request, result["messages"])
    return response


def repeat_messages(request, stored) -> None:
    """Add messages again, except those that the browser already has from the first response."""
    storage = messages.get_messages(request)
    present = {(message.level, str(message.message)) for message in storage}
    storage.used = False  # reading them here does not show them
    for level, text, tags, is_safe in stored:
        if (level, text) not in present:
            messages.add_message(request, level, mark_safe(text) if is_safe else text, tags)  # noqa: S308 (was safe)
