"""Index of pages, topics and offices: entries, words, and the triggers that keep both up to date."""

from django.db import migrations, models

from core.triggers import CreateDatabaseObjects


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0002_full_text'),
        ('pages', '0002_search_words'),
        ('consular', '0005_search_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('page', 'Page'), ('topic', 'Topic'), ('office', 'Office')], max_length=10)),
                ('object_id', models.BigIntegerField()),
                ('is_indexed', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'search_answer',
                'constraints': [models.UniqueConstraint(fields=('kind', 'object_id'), name='search_answer_once')],
            },
        ),
        migrations.CreateModel(
            name='AnswerWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(db_index=True, max_length=64)),
                ('kind', models.CharField(choices=[('page', 'Page'), ('topic', 'Topic'), ('office', 'Office')], max_length=10)),
                ('object_id', models.BigIntegerField()),
                ('weight', models.PositiveSmallIntegerField()),
            ],
            options={
                'db_table': 'search_answer_word',
                'constraints': [models.UniqueConstraint(fields=('kind', 'object_id', 'word'), name='search_answer_word_once')],
            },
        ),
        CreateDatabaseObjects("search answers pages_page"),
        CreateDatabaseObjects("search answers consular_topic"),
        CreateDatabaseObjects("search answers consular_commonquestion"),
        CreateDatabaseObjects("search answers consular_office"),
    ]
