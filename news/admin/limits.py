"""Limited drafts in the admin: who sees a message, the field on its form, the badge in the list."""

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.ids import is_valid_pk
from news import visibility
from news.models import Message
from versions.admin.conflicts import StaleVersion

FIELD = "limited_to"
FIELDSET = (
    gettext_lazy("Who can see this draft"),
    {
        "fields": [FIELD],
        "classes": ["card"],
        "description": gettext_lazy(
            "Leave empty for all press staff. Superusers always can. Once the message is public, everybody can read it."
        ),
    },
)


class PeopleField(forms.ModelMultipleChoiceField):
    """Members of staff by name, as checkboxes. With a hidden initial value, so that an old form clears nothing."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self):
        wrong = gettext_lazy("Select people who work here and can open messages.")
        super().__init__(
            visibility.people_who_open_messages(),
            required=False,
            show_hidden_initial=True,
            label=gettext_lazy("Limited to"),
            error_messages=dict.fromkeys(("invalid_choice", "invalid_pk_value", "invalid_list"), wrong),
        )

    def _check_values(self, value):
        """Refuse invalid ids in chosen and initial values. SQLite raises an error for a number that is too large."""
        if not all(is_valid_pk(str(pk)) for pk in value):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super()._check_values(value)

    def label_from_instance(self, user):
        return user.get_full_name() or user.get_username()


class LimitsFormMixin(forms.Form):
    """The part of a message's form for the people that it is limited to."""

    limited_to = PeopleField()
    request = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        message = self.instance
        if self.request and message.pk and not visibility.can_be_limited(message, self.request.at):
            del self.fields[FIELD]
        elif message.pk:  # who was named stays in the list, though they may have left since
            field, named = self.fields[FIELD], Message.limited_to.through.objects.filter(message_id=message.pk)
            is_candidate = Q(pk__in=field.queryset.order_by().values("pk")) | Q(pk__in=named.values("user_id"))
            field.queryset = field.queryset.model.objects.filter(is_candidate).order_by(*field.queryset.query.order_by)

    def has_changed(self):
        """Return whether the message differs: who can see it is no part of its text, and nobody approves it."""
        return bool(set(self.changed_data) - {FIELD})


def save_limits(request, message, form, change: bool) -> None:
    """Save the people named on the form of a saved message, before any e-mail is written about it.

    Who names people is one of them. Raise StaleVersion where a colleague has just hidden the message from the user.
    """
    if change and not visibility.may_see(request.user, message, request.at):
        raise StaleVersion
    named = form.cleaned_data.pop(FIELD, None)  # so that the form does not save it again, with an old value
    if named is None or (change and FIELD not in form.changed_data):  # a new message may begin with names
        return
    people = {user.pk for user in named}
    if people and request.user.pk not in people:
        people.add(request.user.pk)
        messages.info(request, _("You have been added to the people who can see this draft."))
    message.limit_to(people)
    if "_approve" not in request.POST:
        warn_without_approver(request, [message])


def warn_without_approver(request, submitted) -> None:
    """Warn the user who has submitted limited drafts where nobody who is named may approve them."""
    for message in submitted:
        if message.submitted_at and not message.approved_at and message.limited_to.exists():
            if not visibility.has_approver(message, message.authors()):
                text = _(
                    "“%s”: none of the people who can see this draft may approve it. "
                    "Add an editor who has not worked on it, or ask a superuser."
                )
                messages.warning(request, text % message.headline)


class LimitedAdminMixin:
    """The part of MessageAdmin that hides limited drafts: from its list, its pages and every choice of a message."""

    def get_queryset(self, request):
        rows = super().get_queryset(request).visible_to(request.user, request.at)
        is_list = request.resolver_match and request.resolver_match.url_name == "news_message_changelist"
        return rows.with_limits() if is_list else rows

    def get_fieldsets(self, request, obj=None):
        """Return the fieldsets; the one for the limits only while the message is not public."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or visibility.can_be_limited(obj, request.at):
            return fieldsets
        return [(title, options) for title, options in fieldsets if FIELD not in options["fields"]]


def badge(message, at):
    """Return the sign of a limited draft in the list; "" for all others."""
    if not getattr(message, "has_limit", False) or not visibility.can_be_limited(message, at):
        return ""
    return format_html('<small class="limited">{}</small>', _("limited"))


def form_context(request, message) -> dict:
    """Return the template context for the sign on the form: the names of the people, if the draft is limited."""
    if not message or not message.pk or not visibility.can_be_limited(message, request.at):
        return {}
    return {"limited_to": [user.get_full_name() or user.get_username() for user in message.limited_to.all()]}
