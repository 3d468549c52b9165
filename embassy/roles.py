"""The roles of the house: four groups of staff, and what each may do.

Groups and rights are laid after every migration: a group that is missing is made, a right that is missing is given,
and nothing is ever taken away. What the house has added to a group stays. What it has taken from one comes back with
the next release, since that can't be told from a right that is new: an office that wants less makes a group of its own.
"""

from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions

WRITERS = "Press writers"
EDITORS = "Press editors"
CONSULAR = "Consular officers"
MANAGERS = "Site managers"


def rights(app, models, *acts):
    """Return the names of rights: each of `acts` on each of `models`, all four acts where none is named."""
    return {f"{app}.{act}_{model}" for model in models.split() for act in acts or ("add", "change", "delete", "view")}


WRITING = (
    rights("news", "message", "add", "change", "view", "submit")
    | rights("news", "category historicalmessage", "view")
    | rights("counters", "counter", "view")
    | rights("consular", "notice", "view")
    | rights("richtext", "image", "add", "view")
)

ROLES = {
    WRITERS: WRITING,
    EDITORS: WRITING
    | rights("news", "message", "delete", "approve", "correct", "withdraw")
    | rights("consular", "notice"),
    CONSULAR: rights("consular", "enquiry", "view", "change", "delete") | rights("consular", "template"),
    MANAGERS: rights("news", "category")
    | rights("news", "message", "view")  # to choose the one that tells a counter's story
    | rights("counters", "counter")
    | rights("consular", "office openinghours holiday topic commonquestion notice")
    | rights("pages", "page")
    | rights("richtext", "image", "add", "view")
    | rights("letters", "letter", "view")
    | rights("accounts", "securityevent", "view")
    | rights("auth", "user")
    | rights("auth", "group", "view"),  # what a group may do is a superuser's to change: nobody grants themselves more
}


def lay(app_config, using, apps=all_apps, **kwargs):
    """Make the groups, and give them the rights that one application has: after each migration, for each of them."""
    wanted = {
        role: {right.partition(".")[2] for right in names if right.startswith(f"{app_config.label}.")}
        for role, names in ROLES.items()
    }
    if not any(wanted.values()):
        return
    create_permissions(app_config, verbosity=0, using=using, apps=apps)  # Django's own receiver may come after us
    try:
        groups, permissions = apps.get_model("auth", "Group").objects, apps.get_model("auth", "Permission").objects
    except LookupError:  # auth itself has not been migrated yet
        return
    for role, codenames in wanted.items():
        group, _made = groups.using(using).get_or_create(name=role)
        missing = permissions.using(using).filter(content_type__app_label=app_config.label, codename__in=codenames)
        group.permissions.add(*missing)  # adds what is not there yet, and nothing twice
