"""Fields and forms with rich text, and the restrictions of their editor."""

import mimetypes

import brotli
import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import models

from news.models import Message
from richtext import checks, ckeditor_config
from richtext.fields import MAX_CHARACTERS, RichTextField, RichTextFormField
from richtext.widgets import EditorWidget
from tests.factories import a_message

PICTURE = '<p><img src="/media/pictures/a.jpg" alt="The Ambassador"></p>'


# Where it stands


class Leaflet(models.Model):
    """A model with a rich text, without a table."""

    body = RichTextField(blank=True)

    class Meta:
        app_label = "richtext"
        managed = False


# The model is for this file alone: other tests must not see it in the registry.
Leaflet._meta.apps.all_models["richtext"].pop("leaflet")
Leaflet._meta.apps.clear_cache()


def test_a_text_is_cleaned_on_its_way_into_the_row():
    leaflet = Leaflet(body="<script>a()</script>b")
    assert Leaflet._meta.get_field("body").pre_save(leaflet, add=True) == "<p>b</p>"
    assert leaflet.body == "<p>b</p>"


@pytest.mark.django_db
def test_a_text_is_cleaned_by_update_and_in_bulk_too():
    message = a_message()
    Message.objects.update(body="<script>a()</script>b")
    message.refresh_from_db()
    assert message.body == "<p>b</p>"
    message.body = "<script>a()</script>c"
    Message.objects.bulk_update([message], ["body"])
    message.refresh_from_db()
    assert message.body == "<p>c</p>"


def test_a_text_is_cleaned_on_its_way_into_the_editor():
    html = EditorWidget().render("body", '<p onclick="a()">b</p>', {"id": "id_body"})
    assert "&lt;p&gt;b&lt;/p&gt;" in html
    assert "onclick" not in html


def test_a_text_is_cleaned_in_the_form():
    assert RichTextFormField().clean("<p onclick='a()'>b") == "<p>b</p>"


def test_the_widget_writes_no_inline_style_or_script():
    html = EditorWidget().render("body", "", {"id": "id_body"})
    assert "style=" not in html
    assert "<script" not in html
    assert all("src=" in str(script) for script in EditorWidget().media.render_js())


def test_migrations_name_no_editor():
    assert Leaflet._meta.get_field("body").deconstruct()[1] == "django.db.models.TextField"


def test_the_editor_is_used_in_every_admin_form():
    from django.contrib.admin.widgets import AdminTextareaWidget

    field = Leaflet._meta.get_field("body").formfield(widget=AdminTextareaWidget)
    assert isinstance(field.widget, EditorWidget)


def errors_of(field, value):
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return caught.value.messages


def test_an_image_without_alternative_text_is_refused_by_name():
    (sentence,) = errors_of(RichTextFormField(), '<p><img src="/media/pictures/a.jpg" alt=" "></p>')
    assert sentence.startswith("The image a.jpg has no alternative text. Double-click it")
    assert RichTextFormField().clean(PICTURE) == PICTURE


def test_a_text_that_cleans_to_nothing_counts_as_missing():
    assert errors_of(RichTextFormField(), "<script>a()</script><p>&nbsp;</p>") == ["This field is required."]


def test_a_text_too_long_to_clean_is_refused():
    (sentence,) = errors_of(RichTextFormField(), "a" * (MAX_CHARACTERS + 1))
    assert "Shorten or split it" in sentence


# The fence


def ids(errors):
    return [error.id for error in errors if error.id.startswith("richtext.")]


def test_the_editor_configuration_passes_the_checks():
    assert ids(run_checks()) == []


@pytest.mark.parametrize(
    "looser",
    [
        {"allowedContent": True},
        {"allowedContent": ckeditor_config.ALLOWED_CONTENT + "; script"},
        {"extraAllowedContent": "script"},
        {"versionCheck": True},
        {"removePlugins": "iframe"},
        {"extraPlugins": "image2,embed"},
        {"protectedSource": ["x"]},
    ],
)
def test_a_looser_configuration_is_an_error(settings, looser):
    settings.CKEDITOR_CONFIGS = {"default": ckeditor_config.CONFIG | looser}
    assert ids(checks.check_editor_is_restricted(None)) == ["richtext.E002"]


def test_a_site_without_a_configuration_is_an_error(settings):
    del settings.CKEDITOR_CONFIGS
    assert "richtext.E002" in ids(checks.check_editor_is_restricted(None))


def test_the_editors_own_uploads_are_an_error(monkeypatch):
    monkeypatch.setattr(checks.apps, "is_installed", lambda name: name == "ckeditor_uploader")
    assert "richtext.E001" in ids(checks.check_editor_is_restricted(None))


def test_a_cleaner_that_lets_harm_through_is_an_error(monkeypatch):
    monkeypatch.setattr(checks, "sanitize", lambda html: html)
    assert "richtext.E003" in ids(checks.check_editor_is_restricted(None))


# Static files


@pytest.mark.slow
def test_collectstatic_hashes_our_files_and_leaves_the_editors_alone(settings, tmp_path, monkeypatch):
    fast = staticmethod(lambda data: brotli.compress(data, quality=1))  # the best takes ten seconds
    monkeypatch.setattr("whitenoise.compress.Compressor.compress_brotli", fast)
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "richtext.static_storage.ManifestStorage"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    kept = tmp_path / "ckeditor" / "ckeditor"
    assert list(tmp_path.glob("desk-editor.*.js")) and list(tmp_path.glob("desk-editor.*.js.br"))
    assert len(list(kept.glob("ckeditor.*.js"))) == 1
    assert list((kept / "plugins" / "image2").rglob("*.br")) == []
    assert (kept / "plugins" / "image2" / "plugin.js").exists()


@pytest.mark.slow
def test_no_page_of_another_program_is_collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    names = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(names) > 500
    kinds = {name: mimetypes.guess_type(name)[0] or "" for name in names}
    assert [name for name, kind in kinds.items() if "html" in kind or "php" in kind] == []
    assert [name for name in names if {"samples", "tests"} & set(name.split("/"))] == []
    plugins = {name.split("/")[3] for name in names if name.startswith("ckeditor/ckeditor/plugins/")}
    assert plugins & set(ckeditor_config.REMOVED_PLUGINS) == set()
    assert plugins > set(ckeditor_config.EXTRA_PLUGINS)


# The policy


@pytest.mark.django_db
def test_only_the_editors_views_let_styles_through(client, settings):
    client.force_login(get_user_model().objects.create_superuser("officer"))
    with_editor = client.get("/admin/news/message/add/")["Content-Security-Policy"]
    without = client.get("/admin/news/message/")["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in with_editor
    assert "script-src 'self';" in with_editor + ";"
    assert "unsafe-inline" not in without
