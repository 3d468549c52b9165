"""Signal receivers that record security events: sign-in and sign-out, passwords, groups and permissions."""

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

from accounts import sessions
from accounts.security_events import Kind, current_request, record_event, request_time

User = get_user_model()
AUDITED_FIELDS = ("password", "is_active", "is_superuser", "is_staff")


@receiver(user_logged_in, dispatch_uid="accounts.login")
def record_login(sender, request, user, **kwargs):
    at = request_time(request)
    sessions.start_session(request.session, at)
    record_event(Kind.LOGIN, account=user.pk, actor=user.pk, request=request, at=at)


@receiver(user_logged_out, dispatch_uid="accounts.logout")
def record_logout(sender, request, user, **kwargs):
    if user is not None:
        record_event(Kind.LOGOUT, account=user.pk, actor=user.pk, request=request)


@receiver(pre_save, sender=User, dispatch_uid="accounts.before")
def store_old_values(sender, instance, raw, update_fields, **kwargs):
    """Store the old values of the watched columns on the instance. (A sign-in saves `last_login` only: no query.)"""
    instance._old_values = None
    if not raw and instance.pk and (update_fields is None or set(update_fields) & set(AUDITED_FIELDS)):
        instance._old_values = User.objects.filter(pk=instance.pk).values(*AUDITED_FIELDS).first()


@receiver(post_save, sender=User, dispatch_uid="accounts.after")
def record_user_changes(sender, instance, raw, created, **kwargs):
    """Record changes of the password, of `is_active`, `is_staff` and `is_superuser`.

    A hash that Django upgrades at a sign-in is not a changed password.
    """
    old = instance.__dict__.pop("_old_values", None)
    if raw or created:
        if created and instance.is_superuser and not raw:
            record_event(Kind.RIGHTS_CHANGED, account=instance.pk, detail="superuser: on")
        return
    if old is None:
        return
    if old["is_active"] != instance.is_active:
        record_event(Kind.REACTIVATED if instance.is_active else Kind.DEACTIVATED, account=instance.pk)
    is_new_password = instance._password is not None or not instance.has_usable_password()
    if old["password"] != instance.password and is_new_password:
        was_unusable = old["password"].startswith(UNUSABLE_PASSWORD_PREFIX)
        detail = "first" if was_unusable else "" if instance.has_usable_password() else "unusable"
        record_event(Kind.PASSWORD_CHANGED, account=instance.pk, detail=detail)
    for name, label in (("is_superuser", "superuser"), ("is_staff", "staff")):
        if old[name] != getattr(instance, name):
            state = "on" if getattr(instance, name) else "off"
            record_event(Kind.RIGHTS_CHANGED, account=instance.pk, detail=f"{label}: {state}")


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="accounts.groups")
@receiver(m2m_changed, sender=User.user_permissions.through, dispatch_uid="accounts.permissions")
def record_membership_changes(sender, instance, action, reverse, model, pk_set, **kwargs):
    """Record which groups or permissions an account has gained or lost, from either side of the relation."""
    signs = {"post_add": "+", "post_remove": "-", "pre_clear": "-"}
    if action not in signs:
        return
    if pk_set is None:  # all of them
        field = "groups" if sender is User.groups.through else "user_permissions"
        related = getattr(instance, "user_set" if reverse else field)
        pk_set = set(related.values_list("pk", flat=True))
    if not pk_set:
        return
    if reverse:  # users were added to a group
        changes = [(user_id, [instance]) for user_id in sorted(pk_set)]
    else:
        changes = [(instance.pk, list(model.objects.filter(pk__in=pk_set).order_by("pk")))]
    kind = Kind.GROUPS_CHANGED if sender is User.groups.through else Kind.RIGHTS_CHANGED
    for account, rows in changes:
        names = [row.codename if isinstance(row, Permission) else row.name for row in rows]
        record_event(kind, account=account, detail=", ".join(f"{signs[action]}{name}" for name in names))


@receiver(m2m_changed, sender=Group.permissions.through, dispatch_uid="accounts.group_rights")
def record_group_permission_changes(sender, instance, action, reverse, pk_set, **kwargs):
    """Record that permissions were added to a group or removed from it in the admin, not by a migration."""
    if action in ("post_add", "post_remove") and pk_set and current_request() is not None and not reverse:
        sign = "+" if action == "post_add" else "-"
        record_event(Kind.RIGHTS_CHANGED, detail=f"{instance.name}: {sign}{len(pk_set)}")
