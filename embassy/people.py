"""The people of the desk: invited by mail, let go without losing what they did, back in after a loss."""

from __future__ import annotations

from django import forms
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import PasswordResetForm
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from embassy import letters, roles
from embassy.second_factor import factor
from letters.models import Letter

# Coming and going


def invite(user, at) -> None:
    """Put a letter into the outbox by whose link `user` sets a password."""
    Letter.objects.put("invitation", reader=user.pk, at=at)


def deactivate(user) -> None:
    """Let `user` go: no session, link or password of theirs opens anything from now on. What they did stays."""
    user.is_active = False
    user.set_unusable_password()  # whatever was signed with the old one is void, and stays so should they come back
    user.save(update_fields=["is_active", "password"])


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
    letters.tell_of_reset(user, at, by)
    return True


class LostPasswordForm(PasswordResetForm):
    """Whose password is lost: anybody who works here, those included whose invitation has run out."""

    def get_users(self, email):
        return get_user_model().objects.filter(email__iexact=email, is_active=True)

    def save(self, *, request, **kwargs):
        for user in self.get_users(self.cleaned_data["email"]):
            Letter.objects.put("lost password", reader=user.pk, at=request.at)


# The forms of the desk


class PersonForm(forms.ModelForm):
    """Somebody who works on the desk. The e-mail address is also the name to log in with."""

    class Meta:
        model = get_user_model()
        fields = ("email", "first_name", "last_name", "groups")

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=150,  # it is the user name too
        widget=AdminEmailInputWidget,
        help_text=_("Of this person alone. They log in with it, and the desk's letters go there."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:
            self.fields["groups"].help_text = _("What this person may do. Choose one or more.")

    def clean_email(self):
        email = self.cleaned_data["email"].strip().lower()
        others = get_user_model().objects.exclude(pk=self.instance.pk)
        if others.filter(email__iexact=email).exists() or others.filter(username__iexact=email).exists():
            raise forms.ValidationError(
                _("Somebody has this address already. Look for them in the list, those who have left included.")
            )
        return email


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
