from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = _("Pages")

    def ready(self):
        from pages.models import Page
        from richtext import public_files
        from richtext.renditions import source_candidates

        def public_rows(name, at):
            return [Page.objects.shown().with_picture(source_candidates(name))]

        public_files.register_files(public_rows, "pages.view_page", "pages.change_page")
