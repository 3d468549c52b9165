"""The tally's table."""

from django.db import models


class Tally(models.Model):
    """How many approved messages a category has in a month; kept by the triggers of `news.tally`, never by hand."""

    category = models.ForeignKey("news.Category", models.CASCADE, related_name="+")
    month = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "month"], name="news_tally_once")]
