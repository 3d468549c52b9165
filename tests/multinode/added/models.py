from django.db import models


class Addition(models.Model):
    """A model of the next release."""

    name = models.TextField()
