"""Model fields that several models of this app use."""

from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text_fields import UrlField


def web_url_field(verbose_name, help_text):
    """Return an optional field for an http or https URL, stored as entered."""
    message = _("Enter a full web address, starting with https://")
    validators = [URLValidator(["http", "https"], message=message)]
    return UrlField(verbose_name, max_length=2000, blank=True, validators=validators, help_text=help_text)


def percent_field(verbose_name, help_text):
    """Return a field for a position in an image, in percent of its width or height."""
    return models.PositiveSmallIntegerField(
        verbose_name,
        default=50,
        validators=[MaxValueValidator(100, _("Enter a percentage from 0 to 100."))],
        help_text=help_text,
    )
