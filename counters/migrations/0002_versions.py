"""Versions of the counters, which nothing can change once they are written."""

import counters.sentences
import counters.zones
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):

    dependencies = [
        ('counters', '0001_initial'),
        ('news', '0002_triggers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalCounter',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('incident', models.CharField(help_text='The incident, as used in the sentence: “the fire at the consulate”.', max_length=300, verbose_name='incident')),
                ('slug', models.SlugField(blank=True, help_text='Last part of its web address, /counters/…/. Leave empty to derive it from the incident. The old address will redirect, also for embedded badges.', max_length=80, verbose_name='slug')),
                ('sentence_one', models.CharField(default='{days} day has passed since {incident}', help_text='Shown on day 1. {days} is replaced by the number, {incident} by the incident.', max_length=500, validators=[counters.sentences.validate_sentence], verbose_name='sentence for one day')),
                ('sentence_many', models.CharField(default='{days} days have passed since {incident}', help_text='Shown on all other days. {days} is replaced by the number, {incident} by the incident.', max_length=500, validators=[counters.sentences.validate_sentence], verbose_name='sentence for more days')),
                ('since', models.DateField(help_text='Date of the incident: day 0. Day 1 begins at the next midnight.', verbose_name='since')),
                ('until', models.DateField(blank=True, help_text='Date on which the count stops; the number stays from then on. Leave empty to keep counting.', null=True, verbose_name='until')),
                ('time_zone', models.CharField(choices=counters.zones.zone_choices, default=counters.zones.host_zone_name, help_text='Time zone whose midnight advances the count.', max_length=64, verbose_name='time zone')),
                ('order', models.PositiveSmallIntegerField(default=0, help_text='Sort order, lowest first.', verbose_name='order')),
                ('shown', models.BooleanField(default=True, help_text='Show it, with its page and badge, to the public.', verbose_name='shown')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(blank=True, db_constraint=False, help_text='Message about the incident. Linked while it is published.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='news.message', verbose_name='message')),
            ],
            options={
                'verbose_name': 'historical counter',
                'verbose_name_plural': 'historical counters',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        CreateDatabaseObjects("append-only counters_historicalcounter"),
    ]
