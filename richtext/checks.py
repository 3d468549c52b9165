"""The system checks that stand in for CKEditor's own warning: an error where the fence around the editor is open."""

from ckeditor.fields import RichTextField as UnfencedField
from django.apps import apps
from django.conf import settings
from django.core.checks import Error

from richtext import editor
from richtext.cleaner import clean
from richtext.fields import RichTextField, RichTextFormField
from richtext.widgets import EditorWidget

HARMFUL = '<p onclick="a()">a<script>a()</script><a href="javascript:a()">b</a><img src="//example.org/c"></p>'
HARMLESS = "<p>ab</p>"


def fence(app_configs, **kwargs):
    """Return what is wrong with the fence around the editor."""
    return [*uploader(), *configurations(), *cleaning()]


def uploader():
    """Refuse the package's own uploads: anybody on the staff could put any file on the site."""
    if apps.is_installed("ckeditor_uploader"):
        yield Error(
            "ckeditor_uploader is installed: it takes any file from any member of staff.",
            hint="Remove it from INSTALLED_APPS. richtext has an upload of its own.",
            id="richtext.E001",
        )


def configurations():
    """Hold every configuration of the editor to the strict one."""
    for name, config in getattr(settings, "CKEDITOR_CONFIGS", {"default": {}}).items():
        removed = set(plugins(config, "removePlugins"))
        faults = [
            (config.get("allowedContent") != editor.ALLOWED_CONTENT, "allowedContent is not richtext's"),
            ("extraAllowedContent" in config, "extraAllowedContent lets more through"),
            ("protectedSource" in config, "protectedSource lets code through"),
            (config.get("versionCheck") is not False, "versionCheck asks another host"),
            (not removed >= set(editor.REMOVED_PLUGINS), "removePlugins lets dangerous plugins run"),
            (not set(plugins(config, "extraPlugins")) <= set(editor.EXTRA_PLUGINS), "extraPlugins adds unknown ones"),
        ]
        for _, fault in filter(lambda pair: pair[0], faults):
            yield Error(
                f'CKEDITOR_CONFIGS["{name}"] is not strict: {fault}.',
                hint="Begin with richtext.editor.CONFIG and change nothing of this in it.",
                id="richtext.E002",
            )


def plugins(config, name):
    """Return the plugins that a setting names, with commas between."""
    return [plugin.strip() for plugin in str(config.get(name, "")).split(",") if plugin.strip()]


def cleaning():
    """See that the cleaner cleans, and that every rich text goes through it."""
    if clean(HARMFUL) != HARMLESS:
        yield Error("The cleaner lets harmful HTML through.", id="richtext.E003")
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, UnfencedField) or (isinstance(field, RichTextField) and not is_fenced(field)):
                yield Error(
                    "This text reaches the editor, or the database, uncleaned.",
                    hint="Use richtext.fields.RichTextField as it is.",
                    obj=field,
                    id="richtext.E004",
                )


def is_fenced(field) -> bool:
    """Say whether a rich text is cleaned on its way into the row, from the form and into the editor."""
    form_field = field.formfield()
    return (
        type(field).pre_save is RichTextField.pre_save
        and isinstance(form_field, RichTextFormField)
        and isinstance(form_field.widget, EditorWidget)
        and form_field.widget.format_value(HARMFUL) == HARMLESS
    )
