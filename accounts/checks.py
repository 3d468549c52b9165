"""What must be right before staff log in: where requests come from, and the second factor."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def proxies_are_counted(app_configs=None, **kwargs):
    """The site is reached by https, so something ends TLS in front of it: that proxy has to be counted."""
    if not settings.SECURE or settings.TRUSTED_PROXY_COUNT:
        return []
    return [
        Warning(
            "SITE_URL is https and TRUSTED_PROXY_COUNT is 0: behind a proxy all visitors have its IP address, so that "
            "limits and lock-outs apply to everybody together.",
            hint="Set TRUSTED_PROXY_COUNT=1 (the number of proxies in front). If the application itself terminates "
            "TLS, add accounts.W001 to SILENCED_SYSTEM_CHECKS.",
            id="accounts.W001",
        )
    ]


@register(Tags.security, deploy=True)
def second_factor_is_required(app_configs=None, **kwargs):
    if settings.STAFF_REQUIRE_TOTP:
        return []
    return [
        Warning(
            "STAFF_REQUIRE_TOTP is off: a password alone opens the desk.",
            hint="Remove STAFF_REQUIRE_TOTP=off from the environment: it is on wherever SITE_URL is https.",
            id="accounts.W002",
        )
    ]
