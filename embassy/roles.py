"""Roles: four groups of staff and their permissions, created after each migration.

Missing groups are created and missing permissions added; nothing is removed. So additions of the operator to a group
remain. A permission that the operator has removed comes back, because it cannot be distinguished from a new one: an
office that wants to grant less creates a group of its own.
"""

from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions

WRITERS = "Press writers"
EDITORS = "Press editors"
CONSULAR = "Consular officers"
MANAGERS = "Site managers"


def rights(app, models, *actions):
    """Return the names of permissions: each of `actions` (by default Django's four) on each of `models`."""
    actions = actions or ("add", "change", "delete", "view")
    return {f"{app}.{action}_{model}" for model in models.split() for action in actions}


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
    | rights("news", "message", "view")  # to select a counter's message
    | rights("counters", "counter")
    | rights("consular", "office openinghours holiday topic commonquestion notice")
    | rights("pages", "page")
    | rights("richtext", "image", "add", "view")
    | rights("letters", "letter", "view")
    | rights("accounts", "securityevent", "view")
    | rights("auth", "user")
    | rights("auth", "group", "view"),  # only superusers change groups, so that nobody extends their own permissions
}


def lay(app_config, using, apps=all_apps, **kwargs):
    """Create the groups and add the permissions of one app: a receiver of `post_migrate`, called for each app."""
    codenames_by_role = {
        role: {name.partition(".")[2] for name in names if name.startswith(f"{app_config.label}.")}
        for role, names in ROLES.items()
    }
    if not any(codenames_by_role.values()):
        return
    create_permissions(app_config, verbosity=0, using=using, apps=apps)  # Django's own receiver may run later
    try:
        groups, permissions = apps.get_model("auth", "Group").objects, apps.get_model("auth", "Permission").objects
    except LookupError:  # auth has not been migrated yet
        return
    for role, codenames in codenames_by_role.items():
        group, _created = groups.using(using).get_or_create(name=role)
        group.permissions.add(
            *permissions.using(using).filter(content_type__app_label=app_config.label, codename__in=codenames)
        )
