"""The people that a draft is limited to. The rule is in `news.visibility`."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from editions.models import PublicModel, decided_write


class LimitedDraft(PublicModel):
    """A message that only named people may see while it is not public. It is no part of the versions."""

    limited_to = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("limited to")
    )

    class Meta:
        abstract = True

    def limit_to(self, people) -> None:
        """Let only `people` see this draft; everybody where there are none. No public page shows a difference."""
        with decided_write(None, False):
            self.limited_to.set(people)

    limit_to.alters_data = True
