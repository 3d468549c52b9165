"""Static files with their hash in their name, and compressed: except CKEditor's own."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

AS_THEY_ARE = "ckeditor/ckeditor/"
ITS_CORE = "ckeditor/ckeditor/ckeditor.js"


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """The storage of a site in production.

    The editor asks for its plugins, languages and skins by their plain names, so a hash would be of no use to them,
    and to compress 1,400 files that only the desk sees takes a minute.
    """

    def post_process(self, paths, dry_run=False, **options):
        ours = {name: path for name, path in paths.items() if not name.startswith(AS_THEY_ARE) or name == ITS_CORE}
        yield from super().post_process(ours, dry_run=dry_run, **options)
