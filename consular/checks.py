"""What must be right before enquiries come in: their key, and where letters go."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections
from django.db.models import TextField
from django.db.models.functions import Cast

from consular.models import Enquiry
from consular.sealed import WrongKey, unseal

NOWHERE = ("console", "dummy", "locmem", "filebased")


@register(Tags.database)
def the_key_opens_what_is_kept(app_configs=None, databases=None, **kwargs):
    """The first enquiry and the last one can be read (between them a change of the key may be under way)."""
    for alias in databases or []:
        if Enquiry._meta.db_table not in connections[alias].introspection.table_names():
            continue  # before the first migrate
        sealed = Enquiry.objects.using(alias).annotate(sealed=Cast("question", TextField()))
        try:
            for order in ("pk", "-pk"):
                for question in sealed.order_by(order).values_list("sealed", flat=True)[:1]:
                    unseal(question)
        except WrongKey as error:
            return [Error(str(error), id="consular.E001")]
    return []


@register(Tags.security, deploy=True)
def enquiries_have_keys_of_their_own(app_configs=None, **kwargs):
    if settings.ENQUIRY_KEYS:
        return []
    return [
        Warning(
            "ENQUIRY_KEYS is not set, so enquiries are sealed with a key made of SECRET_KEY.",
            hint="Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'. "
            "Put it into ENQUIRY_KEYS, restart, and run manage.py rotate_enquiry_keys.",
            id="consular.W001",
        )
    ]


@register(Tags.security, deploy=True)
def letters_leave_the_house(app_configs=None, **kwargs):
    kind = settings.EMAIL_BACKEND.split(".")[-2]
    if kind not in NOWHERE:
        return []
    return [
        Warning(
            f"Letters to visitors do not leave: the mail back-end is {kind!r}, and the console's writes them into the "
            "log, with what visitors asked.",
            hint="Give a mail server in EMAIL_URL, like smtp+tls://user:password@mail.example.org:587",
            id="consular.W002",
        )
    ]
