"""Fields of the desk that are wider than Django's."""

from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models

WIDE = {models.CharField: {"widget": AdminTextInputWidget(attrs={"size": 80})}}  # room for a sentence
