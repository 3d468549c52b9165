from django.db import models


class Addition(models.Model):
    """What a next release has."""

    name = models.TextField()
