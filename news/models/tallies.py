"""The tally's tables: kept by the triggers of `news.tally`, never by hand."""

from django.db import models


class Tally(models.Model):
    """How many approved messages a category has in a month."""

    category = models.ForeignKey("news.Category", models.CASCADE, related_name="+")
    month = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "month"], name="news_tally_once")]


class DayTally(models.Model):
    """How many approved messages a category has on a day. The day leads: a month of it is read, of all categories."""

    category = models.ForeignKey("news.Category", models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "category"], name="news_daytally_once")]
