"""Roles: four groups of staff and their permissions, created after each migration.

Missing groups are created and missing permissions added; nothing is removed. So additions of the operator to a group
remain. A permission that the operator has removed is granted again, because it cannot be distinguished from a new one:
an office that wants to grant less creates a group of its own.
"""

from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions

WRITERS = "Press writers"
EDITORS = "Press editors"
CONSULAR = "Consular officers"
MANAGERS = "Site managers"


def permission_names(app, models, *actions):
    """Return the names of permissions: each of `actions` (by default Django's four) on each of `models`."""
    actions = actions or ("add", "change", "delete", "view")
    return {f"{app}.{action}_{model}" for model in models.split() for action in actions}


WRITING_PERMISSIONS = (
    permission_names("news", "message", "add", "change", "view", "submit")
    | permission_names("news", "category historicalmessage", "view")
    | permission_names("counters", "counter", "view")
    | permission_names("consular", "notice", "view")
    | permission_names("richtext", "image", "add", "change", "view")
)

ROLES = {
    WRITERS: WRITING_PERMISSIONS,
    EDITORS: WRITING_PERMISSIONS
    | permission_names("news", "message", "delete", "approve", "correct", "withdraw")
    | permission_names("richtext", "image", "delete")
    | permission_names("consular", "notice"),
    CONSULAR: permission_names("consular", "enquiry", "view", "change", "delete")
    | permission_names("consular", "answertemplate"),
    MANAGERS: permission_names("news", "category")
    | permission_names("news", "message", "view")  # to select a counter's message
    | permission_names("counters", "counter")
    | permission_names("consular", "office openinghours holiday topic commonquestion notice")
    | permission_names("pages", "page", "add", "change", "delete", "view", "approve")
    | permission_names("richtext", "image")
    | permission_names("outbox", "outboxemail", "view")
    | permission_names("accounts", "securityevent", "view")
    | permission_names("auth", "user")
    | permission_names(
        "auth", "group", "view"
    ),  # only superusers change groups, so that users cannot extend their own permissions
}


def sync_roles(app_config, using, apps=all_apps, **kwargs):
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
