"""Versions of the categories, which nothing can change once they are written."""

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):

    dependencies = [
        ('news', '0002_triggers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalCategory',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('slug', models.SlugField(help_text="Part of the category's web address, /messages/…/. The old address will redirect.", validators=[django.core.validators.RegexValidator('^(?!\\d+$)(?!feed$)', 'Numbers and “feed” are reserved for years and feeds. Add a word.')], verbose_name='address')),
                ('order', models.PositiveSmallIntegerField(default=0, help_text='Position in the menu, lowest first.', verbose_name='order')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical category',
                'verbose_name_plural': 'historical categories',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        CreateDatabaseObjects("append-only news_historicalcategory"),
    ]
