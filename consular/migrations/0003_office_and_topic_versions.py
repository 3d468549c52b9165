"""Versions of the offices and topics, with their child rows, which nothing can change once they are written."""

import consular.phones
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):

    dependencies = [
        ('consular', '0002_notice_versions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalOffice',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('children', models.JSONField(default=dict, editable=False)),
                ('kind', models.CharField(choices=[('consular', 'Consular office'), ('press', 'Press office')], default='consular', max_length=20, verbose_name='kind')),
                ('name', models.CharField(help_text='Public name, for example “Consular Section”.', max_length=200, verbose_name='name')),
                ('address', models.TextField(blank=True, help_text='As on an envelope, one line for each part.', verbose_name='address')),
                ('map_url', models.URLField(blank=True, max_length=2000, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])], verbose_name='link to a map')),
                ('appointment_url', models.URLField(blank=True, help_text='Where visitors book an appointment, if one is required.', max_length=2000, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])], verbose_name='link for appointments')),
                ('phone', models.CharField(blank=True, help_text='Shown as entered, for example +44 (0) 20 7946 0958. The link leaves out the (0).', max_length=50, validators=[consular.phones.validate_phone], verbose_name='phone')),
                ('emergency_phone', models.CharField(blank=True, help_text='Answered outside the opening hours. Shown at the top of the contact page.', max_length=50, validators=[consular.phones.validate_phone], verbose_name='emergency phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('order', models.PositiveSmallIntegerField(default=0, help_text='Sort order (lowest first). The first consular office is shown in the header of every page.', verbose_name='order')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical office',
                'verbose_name_plural': 'historical offices',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalTopic',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('children', models.JSONField(default=dict, editable=False)),
                ('name', models.CharField(db_index=True, help_text='Public name, for example “Lost passport”.', max_length=100, verbose_name='name')),
                ('sentence', models.CharField(blank=True, help_text='What to know before asking. It may answer the question.', max_length=500, verbose_name='sentence')),
                ('mailbox', models.EmailField(help_text='E-mail address of the officers who reply. It is not shown on the site; replies to our e-mails go here.', max_length=254, verbose_name='mailbox')),
                ('answer_days', models.PositiveSmallIntegerField(default=5, help_text='Working days of the consular office. Shown to visitors.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='reply within')),
                ('retention_days', models.PositiveSmallIntegerField(default=365, help_text='Days after the last activity on an enquiry. Then it is deleted. Shown to visitors.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='retention period')),
                ('order', models.PositiveSmallIntegerField(default=0, help_text='Sort order (lowest first).', verbose_name='order')),
                ('shown', models.BooleanField(default=True, help_text='Shown on the form.', verbose_name='shown')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical topic',
                'verbose_name_plural': 'historical topics',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        CreateDatabaseObjects("append-only consular_historicaloffice"),
        CreateDatabaseObjects("append-only consular_historicaltopic"),
    ]
