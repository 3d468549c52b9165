"""Message counts per category and month or day, maintained by the triggers in `news.message_counts`."""

from django.db import models


class MonthlyCount(models.Model):
    """The number of approved messages of a category in a month."""

    category = models.ForeignKey("news.Category", models.CASCADE, related_name="+")
    month = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "month"], name="news_monthlycount_once")]


class DailyCount(models.Model):
    """The number of approved messages of a category on a day. The index starts with the day: months are read whole."""

    category = models.ForeignKey("news.Category", models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "category"], name="news_dailycount_once")]
