"""The press office as a WSGI application: the printings in front, Django behind them."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "embassy.settings")

django_application = get_wsgi_application()

from editions.front import Front  # noqa: E402  (needs the settings that get_wsgi_application has just read)
from watching import counting  # noqa: E402

application = Front(django_application, counting.begin())
