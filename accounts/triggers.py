"""Database triggers: security events cannot be changed, nor deleted before 90 days have passed."""

from core.triggers import append_only

SECURITY_EVENTS = append_only("accounts_securityevent", "A security event", days=90)
