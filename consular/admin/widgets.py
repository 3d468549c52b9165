"""Fields of the consular desk: cleaned of control and invisible characters, and wider than Django's."""

from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models

from consular.text_fields import LineField, LinkField, TextField
from letters.email_addresses import EmailAddressField

CLEAN = {
    models.CharField: {"form_class": LineField},
    models.TextField: {"form_class": TextField},
    models.EmailField: {"form_class": EmailAddressField},
    models.URLField: {"form_class": LinkField, "assume_scheme": "https"},
}
WIDE = CLEAN | {  # room for a sentence
    models.CharField: {"form_class": LineField, "widget": AdminTextInputWidget(attrs={"size": 80})}
}
