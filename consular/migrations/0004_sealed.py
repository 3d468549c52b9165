"""Say of the sealed columns that they are, and that an address is one enquiry's. No column changes its type."""

from django.db import migrations, models

import consular.models.enquiries
import consular.sealed


class Migration(migrations.Migration):
    dependencies = [('consular', '0003_seal')]

    operations = [
        migrations.AlterField(
            model_name='enquiry',
            name='token_hash',
            field=models.CharField(editable=False, max_length=64, unique=True),
        ),
        migrations.AlterField(
            model_name='enquiry',
            name='email',
            field=consular.sealed.SealedField(verbose_name='e-mail'),
        ),
        migrations.AlterField(
            model_name='enquiry',
            name='name',
            field=consular.sealed.SealedField(verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='enquiry',
            name='phone',
            field=consular.sealed.SealedField(blank=True, verbose_name='phone'),
        ),
        migrations.AlterField(
            model_name='enquiry',
            name='question',
            field=consular.sealed.SealedField(verbose_name='question'),
        ),
        migrations.AlterField(
            model_name='enquiry',
            name='token',
            field=consular.sealed.SealedField(default=consular.models.enquiries.make_token, editable=False, verbose_name='token'),
        ),
    ]
