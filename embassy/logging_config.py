"""Logging configuration: one handler to the console, in plain text or JSON."""


def logging_config(log_format: str) -> dict:
    """Return the LOGGING setting for the format "plain" or "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "class": "monitoring.log_formatters.RedactingFormatter",
                "format": "{asctime} {levelname} {name} {request_tag}{message}",
                "style": "{",
            },
            "json": {"class": "monitoring.log_formatters.JsonFormatter"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": log_format}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},  # runserver logs URLs as well
            "axes": {"level": "WARNING"},
            # Every response in JSON; in a terminal only failed ones.
            "embassy.access": {"level": "INFO" if log_format == "json" else "WARNING"},
        },
    }
