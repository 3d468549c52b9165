"""System check for deployment: TRUSTED_PROXY_COUNT counts the proxies in front."""

from django.conf import settings
from django.core.checks import Tags, Warning, register
from django.utils import timezone

from monitoring.proxies import uncounted_proxy_was_seen

UNCOUNTED_PROXY_WARNING = Warning(
    "Requests come through a proxy, but TRUSTED_PROXY_COUNT is 0: all visitors share one address and its limits.",
    hint="Set TRUSTED_PROXY_COUNT to the number of proxies in front. They must set X-Forwarded-For themselves.",
    id="monitoring.W001",
)


@register(Tags.security, deploy=True)
def check_proxies_are_counted(app_configs=None, **kwargs):
    """Warn if requests come through a proxy that the settings do not count."""
    return (
        [UNCOUNTED_PROXY_WARNING]
        if not settings.TRUSTED_PROXY_COUNT and uncounted_proxy_was_seen(timezone.now())
        else []
    )
