"""Enquiries on the desk: their addresses. Every page is a view of our own.

Django's would search and filter for whatever an address asks, log what is changed, and delete. None of them is here.
"""

from django.contrib import admin
from django.urls import path

from consular.admin import acts, erasing, lists, pages
from consular.admin.guards import typed_survives
from consular.models import Enquiry

ACTS = [acts.assign, acts.note, acts.answer, acts.close, acts.reopen, acts.trust, acts.suspect, erasing.export]


@admin.register(Enquiry)
class EnquiryAdmin(admin.ModelAdmin):
    """The desk of the consular officers."""

    view_on_site = False  # the visitor's own address: staff have no need of it

    def has_add_permission(self, request):
        return False  # visitors do

    def get_urls(self):
        def at(route, view, name):
            guarded = typed_survives(self, self.admin_site.admin_view(view))
            return path(route, guarded, {"desk": self}, name=f"consular_enquiry_{name}")

        return [
            at("", lists.enquiries, "changelist"),
            at("find/", lists.find, "find"),
            at("<pk>/change/", pages.enquiry, "change"),
            at("<pk>/history/", pages.history, "history"),
            at("<pk>/erase/", erasing.erase, "erase"),
            *[at(f"<pk>/{view.__name__}/", view, view.__name__) for view in ACTS],
        ]
