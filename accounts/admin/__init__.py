"""The admin of users, two-step verification and security events."""

from accounts.admin import security_events, two_factor, users  # noqa: F401 (importing them registers them)
