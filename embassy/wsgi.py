"""WSGI application: the response cache in front of Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "embassy.settings")

django_application = get_wsgi_application()

from editions.front import Front  # noqa: E402  (needs the settings, which get_wsgi_application reads)
from watching import counting  # noqa: E402

application = Front(django_application, counting.begin())
