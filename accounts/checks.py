"""What must be right before staff log in: where requests come from, and the second factor."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def proxies_are_counted(app_configs=None, **kwargs):
    """The site is reached by https, so something ends TLS in front of it: that proxy has to be counted."""
    if not settings.SECURE or settings.TRUSTED_PROXIES:
        return []
    return [
        Warning(
            "SITE_URL is https and TRUSTED_PROXIES is 0: behind a proxy all visitors have its address, so limits and "
            "lock-outs hit everybody together.",
            hint="Write TRUSTED_PROXIES=1 (the number of proxies in front). If the application itself ends TLS, add "
            "accounts.W001 to SILENCED_SYSTEM_CHECKS.",
            id="accounts.W001",
        )
    ]


@register(Tags.security, deploy=True)
def second_factor_is_required(app_configs=None, **kwargs):
    if settings.STAFF_NEED_TOTP:
        return []
    return [
        Warning(
            "STAFF_NEED_TOTP is off: a password alone opens the desk.",
            hint="Remove STAFF_NEED_TOTP=off from the environment: it is on wherever SITE_URL is https.",
            id="accounts.W002",
        )
    ]
