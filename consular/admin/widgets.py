"""Form fields of the consular admin that replace Django's: checked e-mail addresses, wide text inputs."""

from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models

from core.email_validation import EmailAddressField
from core.text_fields import CleanUrlFormField

CHECKED_FIELDS = {
    models.EmailField: {"form_class": EmailAddressField},
    models.URLField: {"form_class": CleanUrlFormField, "assume_scheme": "https"},
}
WIDE_FIELDS = CHECKED_FIELDS | {models.CharField: {"widget": AdminTextInputWidget(attrs={"size": 80})}}
