"""What is recorded wherever it happens: logins and log-outs, changed passwords, groups and rights."""

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

from accounts import sessions
from accounts.events import Kind, record, time_of

User = get_user_model()
WATCHED = ("password", "is_active", "is_superuser", "is_staff")


@receiver(user_logged_in, dispatch_uid="accounts.login")
def on_login(sender, request, user, **kwargs):
    """Record a login, and note in its session when it began."""
    at = time_of(request)
    sessions.begin(request.session, at)
    record(Kind.LOGIN, account=user.pk, actor=user.pk, request=request, at=at)


@receiver(user_logged_out, dispatch_uid="accounts.logout")
def on_logout(sender, request, user, **kwargs):
    if user is not None:
        record(Kind.LOGOUT, account=user.pk, actor=user.pk, request=request)


@receiver(pre_save, sender=User, dispatch_uid="accounts.before")
def remember_before(sender, instance, raw, update_fields, **kwargs):
    """Remember what the watched columns held. (Logins, which save `last_login` alone, are not slowed down.)"""
    instance._held_before = None
    if not raw and instance.pk and (update_fields is None or set(update_fields) & set(WATCHED)):
        instance._held_before = User.objects.filter(pk=instance.pk).values(*WATCHED).first()


@receiver(post_save, sender=User, dispatch_uid="accounts.after")
def on_change(sender, instance, raw, created, **kwargs):
    """Record a changed password, and who may log in and has every right.

    A hash that Django renews at a login, with more rounds, is not a changed password.
    """
    held = instance.__dict__.pop("_held_before", None)
    if raw or created:
        if created and instance.is_superuser and not raw:
            record(Kind.RIGHTS_CHANGED, account=instance.pk, detail="superuser: on")
        return
    if held is None:
        return
    if held["is_active"] != instance.is_active:
        record(Kind.REACTIVATED if instance.is_active else Kind.DEACTIVATED, account=instance.pk)
    is_chosen = instance._password is not None or not instance.has_usable_password()
    if held["password"] != instance.password and is_chosen:
        was_unusable = held["password"].startswith(UNUSABLE_PASSWORD_PREFIX)
        detail = "first" if was_unusable else "" if instance.has_usable_password() else "unusable"
        record(Kind.PASSWORD_CHANGED, account=instance.pk, detail=detail)
    for name, label in (("is_superuser", "superuser"), ("is_staff", "staff")):
        if held[name] != getattr(instance, name):
            state = "on" if getattr(instance, name) else "off"
            record(Kind.RIGHTS_CHANGED, account=instance.pk, detail=f"{label}: {state}")


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="accounts.groups")
@receiver(m2m_changed, sender=User.user_permissions.through, dispatch_uid="accounts.permissions")
def on_membership(sender, instance, action, reverse, model, pk_set, **kwargs):
    """Record which groups or single rights an account was given or has lost, from whichever side it was done."""
    signs = {"post_add": "+", "post_remove": "-", "pre_clear": "-"}
    if action not in signs:
        return
    if pk_set is None:  # all of them
        field = "groups" if sender is User.groups.through else "user_permissions"
        related = getattr(instance, "user_set" if reverse else field)
        pk_set = set(related.values_list("pk", flat=True))
    if not pk_set:
        return
    if reverse:  # a group is given to users
        changes = [(user, [instance]) for user in sorted(pk_set)]
    else:
        changes = [(instance.pk, list(model.objects.filter(pk__in=pk_set).order_by("pk")))]
    kind = Kind.GROUPS_CHANGED if sender is User.groups.through else Kind.RIGHTS_CHANGED
    for account, given in changes:
        names = [each.codename if isinstance(each, Permission) else each.name for each in given]
        record(kind, account=account, detail=", ".join(f"{signs[action]}{name}" for name in names))


@receiver(m2m_changed, sender=Group.permissions.through, dispatch_uid="accounts.group_rights")
def on_rights_of_a_group(sender, instance, action, reverse, pk_set, **kwargs):
    """Record that a group was given rights or has lost some, where somebody does it on the desk."""
    from accounts.events import current_request

    if action in ("post_add", "post_remove") and pk_set and current_request() is not None and not reverse:
        sign = "+" if action == "post_add" else "-"
        record(Kind.RIGHTS_CHANGED, detail=f"{instance.name}: {sign}{len(pk_set)}")
