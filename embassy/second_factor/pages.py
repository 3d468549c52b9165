"""Pages about one's own account, on the desk and ahead of it."""

from django.contrib import admin
from django.shortcuts import render


def page(request, name, title, status=200, **context):
    """Render a page of the desk."""
    context = {**admin.site.each_context(request), "title": title, **context}
    return render(request, f"second_factor/{name}.html", context, status=status)
