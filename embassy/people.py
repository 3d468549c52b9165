"""The people of the desk: invited by mail, let go without losing what they did, back in after a loss."""

from __future__ import annotations

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.forms import PasswordChangeForm, PasswordResetForm
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from accounts import events, sessions
from embassy import email_changes, notices, roles
from embassy.second_factor import factor
from embassy.second_factor.forms import LONGEST_PASSWORD
from letters import limits
from letters.email_addresses import clean_email, normalise_email
from letters.email_checks import check_deliverable
from letters.models import Letter

# Coming and going


def invite(user, at) -> None:
    """Put a letter into the outbox by whose link `user` sets a password. The managers hear of it."""
    Letter.objects.enqueue("invitation", recipient_id=user.pk, at=at, once=True)
    events.record(events.Kind.INVITED, account=user.pk, at=at)


def deactivate(user) -> None:
    """Let `user` go: no session, link or password of theirs opens anything from now on. What they did stays."""
    user.is_active = False
    user.set_unusable_password()  # whatever was signed with the old one is void, and stays so should they come back
    user.save(update_fields=["is_active", "password"])
    sessions.end_all(user)


def has_left_marks(user) -> bool:
    """Say whether anything on the desk names `user`: an act, a version of a text, a picture, a line of the log."""
    for relation in user._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.auto_created and not relation.related_model._meta.auto_created:
            if issubclass(relation.related_model, Device):  # a second factor goes with its owner
                continue
            if relation.related_model._base_manager.filter(**{relation.field.name: user}).exists():
                return True
    return False


def reset_second_factor(user, at, by=None) -> bool:
    """Take away a second factor that `user` has lost, tell them, and say whether there was one. Their sessions end."""
    if not factor.remove(user):
        return False
    event = events.record(events.Kind.FACTOR_RESET, account=user.pk, actor=by and by.pk, at=at)
    if events.current_request() is None:  # at the server: no request has mailed the notice
        notices.tell_person(event)
    return True


class PastedEmailField(forms.EmailField):
    """An e-mail address as people paste it: without brackets, invisible characters and the like."""

    def to_python(self, value):
        return clean_email(super().to_python(value))


class LoginForm(AdminAuthenticationForm):
    """Name and password. People log in by their e-mail address; the first login of a new site has a name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail address or name")


class LostPasswordForm(PasswordResetForm):
    """Whose password is lost: anybody who works here, those included whose invitation has run out."""

    email = PastedEmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "email", "maxlength": 254})
    )

    def get_users(self, email):
        """Return the active user of this address, as a list of one or none."""
        found = get_user_model().objects.filter(email__iexact=email, is_active=True).order_by("pk")[:2]
        return [user for user in found if normalise_email(user.email) == normalise_email(email)][:1]

    def save(self, *, request, **kwargs):
        """Put a letter into the outbox, at most one that waits and three a day.

        The work is the same for an address that nobody has: its letter is to nobody, and is dropped when it is due.
        """
        email = self.cleaned_data["email"]
        user = next(iter(self.get_users(email)), None)
        with transaction.atomic():
            if limits.may_send("lost password", limits.hash_recipient(email), request.at):
                Letter.objects.enqueue("lost password", recipient_id=user and user.pk, at=request.at, once=True)
                events.record_attempt(events.Kind.RESET_REQUESTED, user, request, request.at)


class OwnPasswordForm(PasswordChangeForm):
    """A new password of one's own. The old one goes through `authenticate`, whose limits count wrong ones."""

    def __init__(self, user, *args, request, **kwargs):
        super().__init__(user, *args, **kwargs)
        self.request = request
        for field in self.fields.values():
            field.max_length = LONGEST_PASSWORD
            field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))

    def clean_old_password(self):
        password = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=password) != self.user:
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


# The forms of the desk


class PersonForm(forms.ModelForm):
    """Somebody who works on the desk. The e-mail address is also the name to log in with."""

    class Meta:
        model = get_user_model()
        fields = ("email", "first_name", "last_name", "groups")

    email = PastedEmailField(
        label=_("E-mail"),
        max_length=150,  # it is the user name too
        widget=AdminEmailInputWidget,
        help_text=_(
            "Of this person alone. They log in with it, and the desk's letters go there. A new one is in force once it "
            "is confirmed by the link in a letter."
        ),
    )
    suggestion = ""  # why the address is probably a slip of the keyboard

    acting = None  # who changes it

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:
            self.fields["groups"].help_text = _("What this person may do. Choose one or more.")

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if email == self.instance.email.lower():
            return email
        try:
            check_deliverable(email)
        except forms.ValidationError as error:
            if error.code != "suggestion":
                raise
            self.suggestion = error.messages[0]  # said, not refused: the address has to be confirmed anyway
        others = get_user_model().objects.exclude(pk=self.instance.pk)
        if others.filter(email__iexact=email).exists() or others.filter(username__iexact=email).exists():
            raise forms.ValidationError(
                _("Somebody has this address already. Look for them in the list, those who have left included.")
            )
        if self.instance.pk:
            self.refuse_after_reset()
        return email

    def refuse_after_reset(self):
        """Refuse a new address within 7 days of a reset second factor: both together would give the account away."""
        is_allowed = self.acting and self.acting.is_superuser
        if not is_allowed and email_changes.was_reset_lately(self.instance, timezone.now()):
            raise forms.ValidationError(
                _("The second factor of this person was reset within the last 7 days. Ask a superuser to do this.")
            )


class InvitationForm(PersonForm):
    """Whom to invite, and into which groups."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = self.fields["last_name"].required = True
        self.fields["groups"].required = True

    def save(self, commit=True):
        user = super().save(commit=False)
        user.username, user.is_staff = user.email, True
        user.set_unusable_password()
        if commit:
            user.save()
            self.save_m2m()
        return user


def assignable(groups):
    """Return those of `groups` that a site manager may put somebody into: the roles of the house."""
    return groups.filter(name__in=roles.ROLES)
