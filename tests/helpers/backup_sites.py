"""Sites for backups: one with something of everything, and another one, on a database and a media folder of its own.

Run as `python -m tests.helpers.backup_sites`, this prints every row of the other one, as that process reads it.
"""

import json
import os
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from tests import environment

# Not compared: the tables not in a backup. Counts and index are derived, and have to be equal.
NOT_COMPARED = {
    "sessions.Session",
    "axes.AccessAttempt",
    "axes.AccessAttemptExpiration",
    "axes.AccessFailureLog",
    "axes.AccessLog",
    "news.EditingSession",
    "search.SearchTerm",
    "search.IndexState",
    "consular.EnquirySubmission",
    "editions.EditionNumber",
    "backups.Backup",
    "outbox.SendCount",
}
# The number of a row means nothing.
WITHOUT_KEY = {
    "news.MonthlyCount",
    "news.DailyCount",
    "search.ReindexQueue",
    "search.AnswerEntry",
    "search.AnswerWord",
}
PASSWORD = "not-a-real-one"


def all_rows():
    """Return every row of the site as text, by model: read by Django, so that encrypted fields are decrypted."""
    from django.apps import apps

    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if model._meta.managed and not model._meta.proxy and label not in NOT_COMPARED:
            names = [field.attname for field in model._meta.concrete_fields]
            if label in WITHOUT_KEY:
                names.remove(model._meta.pk.attname)
            rows = model._base_manager.order_by().values_list(*names)
            found[label] = sorted(json.dumps([value_as_text(value) for value in row]) for row in rows)
    return found


def value_as_text(value):
    """Return a value with its type, the same on either database."""
    if isinstance(value, memoryview):
        value = bytes(value)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)  # PostgreSQL has an order of keys of its own
    if value is not None and not isinstance(value, bool | int | str | bytes | date | datetime | time):
        raise TypeError(f"Say how a {type(value).__name__} is compared.")
    return repr(value)


def files_in(folder):
    """Return every file below a folder, with its content."""
    folder = Path(folder)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# A site with something of everything


def fill_site_for_backup():
    """Fill the site: every table that a backup carries has a row, and there is a file of every kind."""
    from django.contrib.admin.models import ADDITION, LogEntry
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType
    from django_otp.plugins.otp_static.models import StaticDevice
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from accounts.models import EmailChange, InitialPassword
    from consular.models import AnswerTemplate
    from news.models import Message, PreviewLink, PreviewVisit
    from remarks.models import Remark
    from tests import factories
    from tests.helpers import files, photos, public_pages, releases
    from transfer.models import ImportedDigest
    from versions.models import VersionInfo

    noon, day = factories.NOON, factories.DAY
    public_pages.fill_site(speeches=3)
    officer = get_user_model().objects.create_user("anna@example.org", password=PASSWORD, is_staff=True)
    officer.groups.add(Group.objects.first())
    officer.user_permissions.add(Permission.objects.first())
    image = files.an_image()
    odd = "Ёлка “naïve” 😀 \u2028 \\ \t \x85 'quoted' %s"
    message = files.a_pictured_message(headline=odd, body=files.a_body(image), publish_at=noon - day / 7)
    files.an_attachment(message)
    photos.an_image_with_original()
    message.publish_correction("The date was wrong.", at=noon, by=officer)
    Message.objects.filter(pk=message.pk).update(slug="another")  # and a redirect
    message.slug = "a-third"
    message.save(version=VersionInfo(noon + timedelta(microseconds=1), officer, "Once more"))
    draft = factories.a_message(publish_at=None)
    draft.limit_to([officer])
    thread = Remark.objects.write(draft, officer, odd, at=noon, quotation="naïve")
    Remark.objects.write(draft, officer, "A reply.", at=noon, thread=thread)
    thread.resolve(at=noon, by=officer)
    releases.a_release(factories.a_message(publish_at=None, headline="Ahead"), moment=noon + 365 * day)
    link = PreviewLink.objects.create(
        message=draft, name="Reuters", created_at=noon, created_by=officer, expires_at=noon + day
    )
    PreviewVisit.objects.create(link=link, at=noon)
    page = factories.a_page(body=files.a_body(image))
    page.start_change(at=factories.NOON)
    assert page.pictures.exists()
    enquiry = factories.an_enquiry(question=odd)
    enquiry.record_opened(officer, noon)
    enquiry.note("A note.", by=officer, at=noon)
    enquiry.answer("It is here.", by=officer, at=noon)
    AnswerTemplate.objects.create(name="Passport", text="Dear {name}")
    ImportedDigest.objects.remember([bytes(range(16))])
    change = {"account": officer.pk, "old_email": "a@example.org", "new_email": "b@example.org", "requested_at": noon}
    EmailChange.objects.create(**change)
    InitialPassword.objects.create(account=officer.pk, fingerprint="0" * 64, expires_at=noon)
    TOTPDevice.objects.create(user=officer, name="phone")
    StaticDevice.objects.create(user=officer, name="codes").token_set.create(token="abc")
    LogEntry.objects.create(
        user=officer,
        content_type=ContentType.objects.get_for_model(Message),
        object_id=str(message.pk),
        object_repr=odd[:200],
        action_flag=ADDITION,
    )


# Another site


def database_url(name):
    """Return the address of another database on the PostgreSQL that the tests have."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


class AnotherSite:
    """A site of its own: another database, an empty one, and another media folder."""

    def __init__(self, url, folder):
        self.media = Path(folder) / "media"
        self.environment = os.environ | {"DATABASE_URL": url, "MEDIA_ROOT": str(self.media)}

    def manage(self, *arguments, **changes):
        """Run a command of manage.py, and return the completed process, with its output."""
        return self.run(["manage.py", *map(str, arguments)], changes)

    def run(self, command, changes=None):
        done = subprocess.run(
            [sys.executable, *command],
            env=self.environment | (changes or {}),
            capture_output=True,
            text=True,
            timeout=120,
            cwd=Path(__file__).parents[2],
        )
        done.said = done.stdout + done.stderr
        return done

    def everything(self):
        done = self.run(["-m", "tests.helpers.backup_sites"])
        assert done.returncode == 0, done.said
        return json.loads(done.stdout)


def main():
    """Print every row, as JSON."""
    values = {name: os.environ[name] for name in ("DATABASE_URL", "MEDIA_ROOT")}
    environment.prepare()
    os.environ.update(values)
    import django

    django.setup()
    print(json.dumps(all_rows()))


if __name__ == "__main__":
    main()
