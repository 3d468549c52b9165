"""Add the lead images of existing messages to the library."""

from django.db import migrations

from core.folded_search import fold_case

BATCH = 500  # images


def add_lead_images(apps, schema_editor):
    """Add the lead images that have no row yet, each with the texts of its oldest message."""
    using = schema_editor.connection.alias
    images = apps.get_model("richtext", "Image").objects.using(using)
    messages = apps.get_model("news", "Message").objects.using(using)
    known, added = set(images.values_list("file", flat=True)), []
    pictured = messages.filter(image_width__isnull=False).order_by("pk")
    columns = ("image", "image_width", "image_height", "image_alt", "image_credit", "changed_at")
    for name, width, height, alt, credit, at in pictured.values_list(*columns).iterator(chunk_size=BATCH):
        if name not in known:
            known.add(name)
            search_text = fold_case(f"\n{alt}\n{credit}")
            texts = {"alt": alt, "credit": credit, "search_text": search_text}
            added.append(images.model(file=name, width=width, height=height, uploaded_at=at, **texts))
    images.bulk_create(added, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("news", "0002_triggers"), ("richtext", "0002_library")]

    operations = [migrations.RunPython(add_lead_images, migrations.RunPython.noop, elidable=True)]
