"""Signal receivers: changes that bypass the models (loaddata, cascades, many-to-many) make a new edition too."""

from django.apps import apps
from django.db.models.signals import m2m_changed, post_delete, post_save

from editions.models import EditionNumber, PublicModel, bump, record_write


def connect_receivers():
    """Connect the receivers for every public model and its many-to-many tables."""
    for model in apps.get_models():
        if issubclass(model, PublicModel):
            post_save.connect(on_write, sender=model, dispatch_uid="editions")
            post_delete.connect(on_write, sender=model, dispatch_uid="editions")
            for field in model._meta.many_to_many:
                m2m_changed.connect(on_m2m_change, sender=field.remote_field.through, dispatch_uid="editions")


def on_write(sender, using, **kwargs):
    """Make a new edition for a row that was written without the model's `save` or `delete`."""
    record_write(using)


def on_m2m_change(sender, action, using, **kwargs):
    """Make a new edition before a many-to-many change, inside its transaction and before its rows are locked."""
    if action.startswith("pre_"):
        record_write(using)


def create_first_edition(sender, using, **kwargs):
    """Create the row of the edition number after a migration or a flush."""
    if not EditionNumber.objects.using(using).filter(pk=1).exists():
        bump(using)


def on_migration(sender, using, plan=(), **kwargs):
    """Make a new edition after all apps are migrated: a replica that has it, has the new tables and rows too."""
    if plan:
        bump(using)
