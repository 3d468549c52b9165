"""What Django writes behind the models' backs (loaddata, cascades, many-to-many) moves the edition too."""

from django.apps import apps
from django.db.models.signals import m2m_changed, post_delete, post_save

from editions.models import EditionNumber, PublicModel, move, note_write


def connect():
    """Listen to every public model, and to its many-to-many tables."""
    for model in apps.get_models():
        if issubclass(model, PublicModel):
            post_save.connect(on_write, sender=model, dispatch_uid="editions")
            post_delete.connect(on_write, sender=model, dispatch_uid="editions")
            for field in model._meta.many_to_many:
                m2m_changed.connect(on_relation, sender=field.remote_field.through, dispatch_uid="editions")


def on_write(sender, using, **kwargs):
    """Move the edition for a row written without its model's own `save` or `delete`."""
    note_write(using)


def on_relation(sender, action, using, **kwargs):
    """Move the edition before a many-to-many change: inside its transaction, ahead of its rows' locks."""
    if action.startswith("pre_"):
        note_write(using)


def lay_first_edition(sender, using, **kwargs):
    """Lay the number's row after a migration or a flush."""
    if not EditionNumber.objects.using(using).filter(pk=1).exists():
        move(using)


def on_migration(sender, using, plan=(), **kwargs):
    """Move the edition when all apps are migrated: a replica that has reached it has the new tables and rows too."""
    if plan:
        move(using)
