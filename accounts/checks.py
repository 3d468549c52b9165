"""System checks of a deployment: the number of trusted proxies, and two-step verification."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def check_trusted_proxies(app_configs=None, **kwargs):
    """Warn if TRUSTED_PROXY_COUNT is 0 on an https site: the proxy that terminates TLS has to be counted."""
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
def check_two_factor_is_required(app_configs=None, **kwargs):
    if settings.STAFF_REQUIRE_TOTP:
        return []
    return [
        Warning(
            "STAFF_REQUIRE_TOTP is off: staff can sign in with a password alone.",
            hint="Remove STAFF_REQUIRE_TOTP=off from the environment: it is on by default if SITE_URL is https.",
            id="accounts.W002",
        )
    ]
