from django.db import migrations, models


# Nothing changes in the database: the mailbox is where replies to our letters go, and its help says so.


class Migration(migrations.Migration):

    dependencies = [
        ('consular', '0005_lists_of_the_desk'),
    ]

    operations = [
        migrations.AlterField(
            model_name='topic',
            name='mailbox',
            field=models.EmailField(help_text='Of the officers who answer. The site never shows it; who replies to our letters writes to it.', max_length=254, verbose_name='mailbox'),
        ),
    ]
