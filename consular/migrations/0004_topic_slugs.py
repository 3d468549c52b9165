"""Topics get a slug, the last part of the web address of their page."""

import django.core.validators
from django.db import migrations, models
from slugify import slugify

from consular.phones import validate_phone

RESERVED = ("enquiry", "sent", "write")
HELP = "Last part of its web address, /contact/…/. Leave empty to derive it from the name. The old address will redirect."
RESERVED_ERROR = "“enquiry”, “sent” and “write” are reserved for other pages. Add a word."
SHOWN_HELP = "Shown on the contact page, with a page of its own, and on the form."
EMERGENCY_HELP = "Answered outside the opening hours. Shown at the top of the contact page and on every page."
VALIDATOR = django.core.validators.RegexValidator("^(?:enquiry|sent|write)\\Z", RESERVED_ERROR, inverse_match=True)


def fill_slugs(apps, schema_editor):
    """Derive the slug of each topic from its name."""
    topics = apps.get_model("consular", "Topic").objects.using(schema_editor.connection.alias)
    taken = set(RESERVED)
    for pk, name in topics.order_by("pk").values_list("pk", "name"):
        stem = slugify(name, max_length=70, word_boundary=True) or "topic"
        slug, number = stem, 1
        while slug in taken:
            number += 1
            slug = f"{stem}-{number}"
        taken.add(slug)
        topics.filter(pk=pk).update(slug=slug)


class Migration(migrations.Migration):
    dependencies = [("consular", "0003_office_and_topic_versions")]

    operations = [
        migrations.AddField("topic", "slug", models.CharField(max_length=80, default=""), preserve_default=False),
        migrations.RunPython(fill_slugs, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            "topic",
            "slug",
            models.SlugField("slug", max_length=80, unique=True, blank=True, validators=[VALIDATOR], help_text=HELP),
        ),
        migrations.AddField(
            "historicaltopic",
            "slug",
            models.SlugField("slug", max_length=80, blank=True, validators=[VALIDATOR], help_text=HELP, default=""),
            preserve_default=False,
        ),
        migrations.AlterField(
            "topic", "shown", models.BooleanField("shown", default=True, help_text=SHOWN_HELP)
        ),
        migrations.AlterField(
            "historicaltopic", "shown", models.BooleanField("shown", default=True, help_text=SHOWN_HELP)
        ),
        *(
            migrations.AlterField(
                model,
                "emergency_phone",
                models.CharField(
                    "emergency phone", max_length=50, blank=True, validators=[validate_phone], help_text=EMERGENCY_HELP
                ),
            )
            for model in ("office", "historicaloffice")
        ),
        migrations.AddConstraint(
            "topic",
            models.CheckConstraint(
                condition=~models.Q(slug__in=("", *RESERVED)),
                name="consular_topic_slug_is_free",
                violation_error_message=RESERVED_ERROR,
            ),
        ),
    ]
