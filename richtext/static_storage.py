"""Static files storage: hashed names and compression, except for CKEditor's files."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

UNPROCESSED = "ckeditor/ckeditor/"
EDITOR_CORE = "ckeditor/ckeditor/ckeditor.js"


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Static files storage for production.

    CKEditor loads its plugins, languages and skins by their plain names, and compressing its 1,400 files, which only
    the admin site uses, would take a minute.
    """

    def post_process(self, paths, dry_run=False, **options):
        processed = {
            name: path for name, path in paths.items() if not name.startswith(UNPROCESSED) or name == EDITOR_CORE
        }
        yield from super().post_process(processed, dry_run=dry_run, **options)
