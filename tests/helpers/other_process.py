"""A second process of the site on the same database, driven through its standard input.

Run as `python -m tests.helpers.other_process`. For each path on its standard input it requests the page and prints
a line of JSON: status, Cache-Status and body.
"""

import json
import os
import subprocess
import sys

from django.db import connection


class AnotherProcess:
    """A process of its own, with its own memory and connections."""

    def __init__(self, **changed):
        """Start it; `changed` are settings that differ from ours."""
        values = connection.settings_dict
        environment = os.environ | {
            "EMBASSY_ANOTHER_DATABASE": json.dumps(
                {key: values[key] for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")}, default=str
            ),
            "EMBASSY_ANOTHER_SETTINGS": json.dumps(changed),
        }
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.other_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def ask(self, path):
        """Return the response of the other process: a dictionary with status, cache and body."""
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def dies_of(self, path) -> bool:
        """Return whether the process ends without a response to a request."""
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline() == "" and self.process.wait(30) == 9

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def die_at_item(number: int) -> None:
    """Have this process die, as by SIGKILL, once it has published this many items of a release."""
    from news.models import Message

    publish, published = Message.publish_in_release, []

    def publish_or_die(item, at):
        publish(item, at)
        published.append(item)
        if len(published) == number:
            os._exit(9)

    Message.publish_in_release = publish_or_die


def main():
    """Serve requests until the input ends."""
    from tests import environment

    environment.prepare()
    import django
    from django.conf import settings

    settings.DATABASES["default"] |= json.loads(os.environ["EMBASSY_ANOTHER_DATABASE"])
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.LOGGING_CONFIG = None
    for name, value in json.loads(os.environ["EMBASSY_ANOTHER_SETTINGS"]).items():
        setattr(settings, name, value)
    django.setup()
    from tests.helpers.wsgi import request_page

    if number := getattr(settings, "DIES_AT_ITEM_OF_RELEASE", None):
        die_at_item(number)
    for line in sys.stdin:
        answer = request_page(line.strip())
        said = {"status": answer.status, "cache": answer.headers.get("Cache-Status"), "body": answer.text}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
