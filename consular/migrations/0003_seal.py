"""Seal what was kept in the clear, and keep the hashes by which it is found."""

from django.db import migrations

from consular.sealed import keyed_hash, plain_email, plain_text, random_hash, seal

SEALED = ("token", "name", "email", "phone", "question")


def seal_all(apps, schema_editor):
    for enquiry in apps.get_model("consular", "Enquiry").objects.iterator(chunk_size=500):
        enquiry.token_hash = random_hash(enquiry.token)
        enquiry.email_hash = keyed_hash("email", plain_email(enquiry.email))
        enquiry.question_hash = keyed_hash("question", plain_text(enquiry.question))
        enquiry.moved_at = enquiry.received_at
        for name in SEALED:
            setattr(enquiry, name, seal(getattr(enquiry, name)))
        enquiry.save()


def unseal_all(apps, schema_editor):
    from consular.sealed import unseal

    for enquiry in apps.get_model("consular", "Enquiry").objects.iterator(chunk_size=500):
        for name in SEALED:
            setattr(enquiry, name, unseal(getattr(enquiry, name)))
        enquiry.save(update_fields=SEALED)


class Migration(migrations.Migration):
    dependencies = [("consular", "0002_the_desk")]
    operations = [migrations.RunPython(seal_all, unseal_all)]
