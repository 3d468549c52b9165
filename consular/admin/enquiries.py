"""Admin of enquiries: its URLs. All pages are views of this package, none is Django's.

Django's views would search and filter by any field named in the URL, log changed values, and delete.
"""

from django.contrib import admin
from django.urls import path

from consular.admin import actions, data_requests, lists, pages
from consular.admin.decorators import preserve_post_on_logout
from consular.models import Enquiry

ACTIONS = {
    "assign": actions.assign,
    "note": actions.note,
    "answer": actions.answer,
    "close": actions.close,
    "reopen": actions.reopen,
    "not-spam": actions.mark_not_spam,
    "spam": actions.mark_spam,
    "export": data_requests.export,
}


@admin.register(Enquiry)
class EnquiryAdmin(admin.ModelAdmin):
    """The admin for consular officers."""

    view_on_site = False  # staff have no need for the visitor's secret URL

    def has_add_permission(self, request):
        return False

    def get_urls(self):
        def url(route, view, name):
            guarded = preserve_post_on_logout(self, self.admin_site.admin_view(view))
            return path(route, guarded, {"model_admin": self}, name=f"consular_enquiry_{name}")

        return [
            url("", lists.enquiry_list, "changelist"),
            url("find/", lists.find, "find"),
            url("<pk>/change/", pages.enquiry, "change"),
            url("<pk>/history/", pages.history, "history"),
            url("<pk>/erase/", data_requests.erase, "erase"),
            *[url(f"<pk>/{name}/", view, name.replace("-", "_")) for name, view in ACTIONS.items()],
        ]
