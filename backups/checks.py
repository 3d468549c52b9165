"""What must be right before backups leave the machine: the key that they are sealed with."""

from django.conf import settings
from django.core.checks import Tags, Warning, register

WITHOUT_KEY = Warning(
    "BACKUP_KEY is not set, so backups are not sealed: who gets one reads it, and who can write one can forge it.",
    hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'. Put it into BACKUP_KEY, and keep a "
    "copy away from the backups.",
    id="backups.W001",
)


@register(Tags.security, deploy=True)
def check_backups_are_sealed(app_configs=None, **kwargs):
    """Warn of a site on the internet whose backups anybody could read or forge."""
    return [] if settings.BACKUP_KEY.strip() else [WITHOUT_KEY]
