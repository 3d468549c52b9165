"""System checks of the editor: errors if CKEditor's configuration or the sanitiser is not restrictive.

They replace CKEditor's own warning about version 4.
"""

from ckeditor.fields import RichTextField as UnsanitisedField
from django.apps import apps
from django.conf import settings
from django.core.checks import Error

from richtext import ckeditor_config
from richtext.fields import RichTextField, RichTextFormField
from richtext.sanitize import sanitize
from richtext.widgets import EditorWidget

HARMFUL = '<p onclick="a()">a<script>a()</script><a href="javascript:a()">b</a><img src="//example.org/c"></p>'
HARMLESS = "<p>ab</p>"


def check_editor_is_restricted(app_configs, **kwargs):
    """Return the errors in the setup of the editor."""
    return [*check_uploader(), *check_configurations(), *check_sanitising()]


def check_uploader():
    """Reject the package's own uploads: any member of staff could upload any type of file."""
    if apps.is_installed("ckeditor_uploader"):
        yield Error(
            "ckeditor_uploader is installed: it accepts any file from any member of staff.",
            hint="Remove it from INSTALLED_APPS. richtext has its own upload.",
            id="richtext.E001",
        )


def check_configurations():
    """Require every configuration of the editor to be as strict as ours."""
    for name, config in getattr(settings, "CKEDITOR_CONFIGS", {"default": {}}).items():
        removed = set(plugin_names(config, "removePlugins"))
        problems = [
            (config.get("allowedContent") != ckeditor_config.ALLOWED_CONTENT, "allowedContent differs from richtext's"),
            ("extraAllowedContent" in config, "extraAllowedContent allows more content"),
            ("protectedSource" in config, "protectedSource allows code"),
            (config.get("versionCheck") is not False, "versionCheck contacts another host"),
            (not removed >= set(ckeditor_config.REMOVED_PLUGINS), "removePlugins leaves dangerous plugins"),
            (
                not set(plugin_names(config, "extraPlugins")) <= set(ckeditor_config.EXTRA_PLUGINS),
                "extraPlugins adds unknown plugins",
            ),
        ]
        for problem in [text for is_wrong, text in problems if is_wrong]:
            yield Error(
                f'CKEDITOR_CONFIGS["{name}"] is not strict: {problem}.',
                hint="Start from richtext.ckeditor_config.CONFIG and do not change this setting.",
                id="richtext.E002",
            )


def plugin_names(config, name):
    """Return the plugins in a comma-separated setting."""
    return [plugin.strip() for plugin in str(config.get(name, "")).split(",") if plugin.strip()]


def check_sanitising():
    """Check that the sanitiser works and that every rich text field uses it."""
    if sanitize(HARMFUL) != HARMLESS:
        yield Error("The sanitiser allows harmful HTML.", id="richtext.E003")
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, UnsanitisedField) or (isinstance(field, RichTextField) and not is_sanitised(field)):
                yield Error(
                    "This text reaches the editor or the database without being sanitised.",
                    hint="Use richtext.fields.RichTextField unchanged.",
                    obj=field,
                    id="richtext.E004",
                )


def is_sanitised(field) -> bool:
    """Return whether a rich text field is sanitised on save, in forms and in the editor."""
    form_field = field.formfield()
    return (
        type(field).pre_save is RichTextField.pre_save
        and isinstance(form_field, RichTextFormField)
        and isinstance(form_field.widget, EditorWidget)
        and form_field.widget.format_value(HARMFUL) == HARMLESS
    )
