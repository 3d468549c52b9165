"""WSGI application: the response cache in front of Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "embassy.settings")

django_application = get_wsgi_application()

from editions.wsgi_cache import CacheFrontend  # noqa: E402  (needs the settings, which get_wsgi_application reads)
from monitoring import process_metrics  # noqa: E402

application = CacheFrontend(django_application, process_metrics.start_counting())
