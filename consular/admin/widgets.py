"""Form fields of the consular admin in place of Django's: checked e-mail addresses, wide text inputs."""

from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models

from letters.email_checks import EmailAddressField
from richtext.plaintext import CleanUrlFormField

CLEAN = {
    models.EmailField: {"form_class": EmailAddressField},
    models.URLField: {"form_class": CleanUrlFormField, "assume_scheme": "https"},
}
WIDE = CLEAN | {models.CharField: {"widget": AdminTextInputWidget(attrs={"size": 80})}}
