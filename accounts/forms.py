"""Forms for staff accounts: sign-in, password reset, password change, editing and inviting users."""

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

from accounts import email_changes, security_events
from accounts.two_factor.forms import MAX_PASSWORD_LENGTH
from core.email_addresses import clean_email, normalise_email
from core.email_validation import check_deliverable
from outbox import rate_limits
from outbox.models import OutboxEmail


class PastedEmailField(forms.EmailField):
    """An e-mail address as people paste it: brackets, invisible characters and similar marks are removed."""

    def to_python(self, value):
        return clean_email(super().to_python(value))


class LoginForm(AdminAuthenticationForm):
    """User name and password. Users sign in with their e-mail address; the first user of a new site has a name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail")


class PasswordResetRequestForm(PasswordResetForm):
    """Password reset for active users, including those whose invitation has expired."""

    email = PastedEmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "email", "maxlength": 254})
    )

    def get_users(self, email):
        """Return the active user with this address, as a list of one or none."""
        users = get_user_model().objects.filter(email__iexact=email, is_active=True).order_by("pk")[:2]
        return [user for user in users if normalise_email(user.email) == normalise_email(email)][:1]

    def save(self, *, request, **kwargs):
        """Queue an e-mail, at most three a day and one at a time.

        The work is the same for an unknown address: its e-mail has no recipient and is discarded when it is due.
        """
        email = self.cleaned_data["email"]
        user = next(iter(self.get_users(email)), None)
        with transaction.atomic():
            if rate_limits.may_send("lost password", rate_limits.hash_recipient(email), request.at):
                OutboxEmail.objects.enqueue("lost password", recipient_id=user and user.pk, at=request.at, once=True)
                security_events.record_attempt(security_events.Kind.RESET_REQUESTED, user, request, request.at)


class OwnPasswordForm(PasswordChangeForm):
    """Form for users to change their own password. `authenticate` checks the old one, so that wrong ones count."""

    def __init__(self, user, *args, request, **kwargs):
        super().__init__(user, *args, **kwargs)
        self.request = request
        for field in self.fields.values():
            field.max_length = MAX_PASSWORD_LENGTH
            field.validators.append(MaxLengthValidator(MAX_PASSWORD_LENGTH))

    def clean_old_password(self):
        password = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=password) != self.user:
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


class UserForm(forms.ModelForm):
    """A user of the press desk. The e-mail address is also the user name."""

    class Meta:
        model = get_user_model()
        fields = ("email", "first_name", "last_name", "groups")

    email = PastedEmailField(
        label=_("E-mail"),
        max_length=150,  # the limit of a user name
        widget=AdminEmailInputWidget,
        help_text=_(
            "A personal address, used to sign in and for e-mails from the press desk. A new address takes effect once "
            "it has been confirmed by the link in an e-mail."
        ),
    )
    suggestion = ""  # why the address probably has a typo
    acting_user = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:
            self.fields["groups"].help_text = _("What this user can do. Select one or more groups.")

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if email == self.instance.email.lower():
            return email
        try:
            check_deliverable(email)
        except forms.ValidationError as error:
            if error.code != "suggestion":
                raise
            self.suggestion = error.messages[0]  # a warning is enough, since the address has to be confirmed anyway
        if email_changes.is_email_taken(email, self.instance):
            raise forms.ValidationError(
                _("A user with this address already exists. Search the list, which includes inactive users.")
            )
        if self.instance.pk:
            self.refuse_after_reset()
        return email

    def refuse_after_reset(self):
        """Refuse a new address within 7 days of a two-step reset: both together would give the account away."""
        is_superuser = self.acting_user and self.acting_user.is_superuser
        if not is_superuser and email_changes.was_two_factor_reset_recently(self.instance, timezone.now()):
            raise forms.ValidationError(
                _("Two-step verification of this user was reset within the last 7 days. Ask a superuser to do this.")
            )


class InvitationForm(UserForm):
    """A new user, who chooses a password by the link in the invitation."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name", "groups"):
            self.fields[name].required = True

    def save(self, commit=True):
        user = super().save(commit=False)
        user.username, user.is_staff = user.email, True
        user.set_unusable_password()
        if commit:
            user.save()
            self.save_m2m()
        return user
