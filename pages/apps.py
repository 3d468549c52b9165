from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """Pages: models, workflow, admin."""

    name = "pages"
    verbose_name = _("Pages")

    def ready(self):
        from core import triggers
        from editions import due_changes
        from pages import scheduled_changes
        from pages.models import Page
        from pages.models.log import LOG_TRIGGERS
        from richtext import image_uses, public_files
        from richtext.renditions import source_candidates

        def public_rows(name, at):
            return [Page.objects.shown().with_picture(source_candidates(name))]

        public_files.register_files(public_rows, "pages.view_page", "pages.change_page")
        triggers.register(LOG_TRIGGERS)
        due_changes.register(scheduled_changes.apply_due)
        image_uses.register_texts(Page, title="title")
