"""Versions of the notices, which nothing can change once they are written."""

import consular.models.notices
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):

    dependencies = [
        ('consular', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalNotice',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('sentence', models.CharField(help_text='One complete sentence: who, what, when.', max_length=300, verbose_name='sentence')),
                ('link_url', models.CharField(blank=True, help_text='Optional link to more information: a path of this site, for example /contact/, or a full web address.', max_length=2000, validators=[consular.models.notices.validate_link], verbose_name='link')),
                ('link_text', models.CharField(blank=True, help_text='What the link leads to, for example “Emergency numbers”.', max_length=100, verbose_name='text of the link')),
                ('urgent', models.BooleanField(default=False, help_text='Highlighted, and shown above other notices.', verbose_name='urgent')),
                ('starts', models.DateTimeField(default=django.utils.timezone.now, verbose_name='shows from')),
                ('ends', models.DateTimeField(blank=True, help_text='Without a time, it is shown until further notice.', null=True, verbose_name='shows until')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical notice',
                'verbose_name_plural': 'historical notices',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        CreateDatabaseObjects("append-only consular_historicalnotice"),
    ]
