"""Forms for two-step verification: code, password, set-up."""

from django import forms
from django.contrib.auth import authenticate
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts import notifications, security_events
from accounts.two_factor import totp

MAX_PASSWORD_LENGTH = 4096  # characters, as in Django's own sign-in form
TOTP_ATTRIBUTES = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 20, "spellcheck": "false"}
CODE_ATTRIBUTES = TOTP_ATTRIBUTES | {"autocapitalize": "none"}
WRONG_CODE_MESSAGE = _("This code is wrong or has already been used. Enter the code that your phone shows now.")


class CodeInput(forms.TextInput):
    """A text box for a code, empty again after an error."""

    def format_value(self, value):
        return None


class CodeCheckMixin:
    """A form that checks a code, uses it up, and records the attempt."""

    locked_until = None

    def check_code(self, request, user, code):
        """Return the normalised code if it is correct; raise ValidationError otherwise."""
        code = totp.normalise_code(code)
        device = totp.device_for(user, code)
        self.locked_until = device and totp.device_locked_until(device)
        if self.locked_until:
            until = date_format(timezone.localtime(self.locked_until), "H:i:s")
            raise forms.ValidationError(
                _("Too many wrong codes. Try again after %(until)s; no code is accepted until then."),
                params={"until": until},
            )
        if device is None or not totp.verify_code(user, device, code):
            event = security_events.record_event(security_events.Kind.WRONG_CODE, account=user.pk, request=request)
            notifications.notify_of_wrong_code(event)
            raise forms.ValidationError(WRONG_CODE_MESSAGE)
        if not totp.is_totp_code(code):
            security_events.record_event(security_events.Kind.CODE_USED, account=user.pk, request=request)
        return code


class CodeForm(CodeCheckMixin, forms.Form):
    """The second step of the sign-in: a code from the phone, or a backup code."""

    code = forms.CharField(label=_("Code"), max_length=40, widget=CodeInput(CODE_ATTRIBUTES | {"autofocus": True}))

    def __init__(self, *args, user, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.request = user, request

    def clean_code(self):
        return self.check_code(self.request, self.user, self.cleaned_data["code"])


class PasswordForm(forms.Form):
    """The password again, before two-step verification is changed: an unattended computer must not be enough."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=MAX_PASSWORD_LENGTH,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def __init__(self, *args, request, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user

    def clean_password(self):
        password = self.cleaned_data["password"]
        if authenticate(self.request, username=self.user.get_username(), password=password) != self.user:
            raise forms.ValidationError(_("This is not your password."))
        return password


class ReauthenticationForm(CodeCheckMixin, PasswordForm):
    """Password and code again, before accounts are changed."""

    code = forms.CharField(label=_("Code"), max_length=40, widget=CodeInput(CODE_ATTRIBUTES))

    field_order = ["password", "code"]

    def __init__(self, *args, with_code, **kwargs):
        super().__init__(*args, **kwargs)
        if not with_code:
            del self.fields["code"]

    def clean(self):
        if not self.errors and "code" in self.fields:
            try:
                self.check_code(self.request, self.user, self.cleaned_data["code"])
            except forms.ValidationError as error:
                self.add_error("code", error)
        return self.cleaned_data


class TwoFactorSetUpForm(PasswordForm):
    """A new phone, whose first code proves that it has the key."""

    code = forms.CharField(label=_("The code that the app shows now"), max_length=40, widget=CodeInput(TOTP_ATTRIBUTES))

    field_order = ["code", "password"]

    def __init__(self, *args, key, is_pending, **kwargs):
        super().__init__(*args, **kwargs)
        self.key, self.device = key, None
        if is_pending:
            del self.fields["password"]  # just entered

    def clean(self):
        if not self.errors:
            self.device = totp.set_up_device(self.user, self.key, totp.normalise_code(self.cleaned_data["code"]))
            if self.device is None:
                self.add_error(
                    "code",
                    _("This code does not match the QR code. Check the phone’s clock, then enter the code shown now."),
                )
        return self.cleaned_data
