"""System checks: the encryption key of enquiries, and a mail server for their e-mails."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections
from django.db.models import TextField
from django.db.models.functions import Cast

from consular.encryption import DecryptionError, decrypt
from consular.models import Enquiry

DEVELOPMENT_BACKENDS = ("console", "dummy", "locmem", "filebased")


@register(Tags.database)
def check_encryption_key(app_configs=None, databases=None, **kwargs):
    """Check that the first and the last enquiry can be decrypted: a key rotation may be in progress between them."""
    for alias in databases or []:
        if Enquiry._meta.db_table not in connections[alias].introspection.table_names():
            continue  # before the first migrate
        enquiries = Enquiry.objects.using(alias).annotate(ciphertext=Cast("question", TextField()))
        try:
            for order in ("pk", "-pk"):
                for ciphertext in enquiries.order_by(order).values_list("ciphertext", flat=True)[:1]:
                    decrypt(ciphertext)
        except DecryptionError as error:
            return [Error(str(error), id="consular.E001")]
    return []


@register(Tags.security, deploy=True)
def check_enquiry_keys(app_configs=None, **kwargs):
    if settings.ENQUIRY_KEYS:
        return []
    return [
        Warning(
            "ENQUIRY_KEYS is not set, so enquiries are encrypted with a key derived from SECRET_KEY.",
            hint="Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'. "
            "Set ENQUIRY_KEYS to it, restart, and run manage.py rotate_enquiry_keys.",
            id="consular.W001",
        )
    ]


@register(Tags.security, deploy=True)
def check_email_backend(app_configs=None, **kwargs):
    kind = settings.EMAIL_BACKEND.split(".")[-2]
    if kind not in DEVELOPMENT_BACKENDS:
        return []
    return [
        Warning(
            f"E-mails to visitors are not sent: the e-mail back-end is {kind!r}. The console back-end writes "
            "them, with the visitors' questions, into the log.",
            hint="Set EMAIL_URL to a mail server, for example smtp+tls://user:password@mail.example.org:587",
            id="consular.W002",
        )
    ]
