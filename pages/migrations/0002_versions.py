"""Versions of the pages, which nothing can change once they are written."""

import django.db.models.deletion
import pages.paths
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalPage',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('path', models.CharField(db_index=True, error_messages={'unique': 'Another page already has this path.'}, help_text='Web address without the first and last slash, for example about or visas/children.', max_length=200, validators=[pages.paths.validate_path], verbose_name='path')),
                ('body', models.TextField(blank=True, verbose_name='text')),
                ('description', models.CharField(blank=True, help_text='One or two sentences that search engines show below the title.', max_length=300, verbose_name='description')),
                ('place', models.CharField(choices=[('menu', 'in the menu'), ('footer', 'in the footer'), ('nowhere', 'not in menus')], default='nowhere', max_length=10, verbose_name='place')),
                ('order', models.PositiveSmallIntegerField(default=0, help_text='Sort order in the menu or footer, lowest first.', verbose_name='order')),
                ('shown', models.BooleanField(default=True, help_text='Show it to the public.', verbose_name='shown')),
                ('reviewed_on', models.DateField(blank=True, help_text='Date of the last complete review. Shown at the end of the page; the press desk reminds you a year later. Required for an accessibility statement.', null=True, verbose_name='last reviewed on')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical page',
                'verbose_name_plural': 'historical pages',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        CreateDatabaseObjects("append-only pages_historicalpage"),
    ]
