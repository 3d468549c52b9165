"""Unmanaged models of the site's tables, for the list of the baseline."""

from django.db import models
from django.urls import reverse


class Kind(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField()

    class Meta:
        managed = False
        db_table = "news_category"

    def __str__(self):
        return self.name


class Row(models.Model):
    headline = models.CharField(max_length=300)
    lead = models.TextField()
    publish_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "news_message"

    def __str__(self):
        return self.headline

    def get_absolute_url(self):
        return reverse("row", args=[self.pk])
