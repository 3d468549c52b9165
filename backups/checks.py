"""System check for deployment: backups are encrypted."""

from django.conf import settings
from django.core.checks import Tags, Warning, register

NO_RECIPIENT = Warning(
    "BACKUP_RECIPIENT is not set, so backups cannot be encrypted.",
    hint="Create a key pair on another machine (python manage.py backup --new-identity FILE, or age-keygen -o FILE), "
    "set BACKUP_RECIPIENT to its public key, and store the file away from this server and its backups.",
    id="backups.W001",
)


@register(Tags.security, deploy=True)
def check_backups_are_encrypted(app_configs=None, **kwargs):
    """Warn if a site on the internet has no key for its backups."""
    return [] if settings.BACKUP_RECIPIENT.strip() else [NO_RECIPIENT]
