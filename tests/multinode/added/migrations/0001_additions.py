"""What a next release may add while the last one still serves: a table, and a column that may stay empty."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("news", "0002_triggers")]
    operations = [
        migrations.CreateModel("Addition", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]),
        migrations.RunSQL("ALTER TABLE news_message ADD COLUMN addition text NULL", migrations.RunSQL.noop),
    ]
