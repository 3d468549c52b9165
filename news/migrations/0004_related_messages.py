"""Related messages, and the index by which earlier messages of a source are found."""

import news.related
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('news', '0003_delivered_index'),
        ('richtext', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmessage',
            name='related',
            field=models.TextField(blank=True, help_text='Up to five messages, one a line: the web address, or words by which a search finds only that one. Shown below the text in this order.', validators=[news.related.validate_related], verbose_name='related messages'),
        ),
        migrations.AddField(
            model_name='message',
            name='related',
            field=models.TextField(blank=True, help_text='Up to five messages, one a line: the web address, or words by which a search finds only that one. Shown below the text in this order.', validators=[news.related.validate_related], verbose_name='related messages'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(models.F('source_name'), models.OrderBy(models.F('publish_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('approved_at__isnull', False), ('withdrawn_at__isnull', True)), name='news_of_source'),
        ),
    ]
