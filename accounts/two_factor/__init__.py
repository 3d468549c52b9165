"""Two-step verification (two-factor authentication) of staff: a TOTP code after the password, and backup codes."""
