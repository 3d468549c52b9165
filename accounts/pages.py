"""Rendering of the user's account pages."""

from django.contrib import admin
from django.shortcuts import render


def render_page(request, template, title, status=200, **context):
    context = {**admin.site.each_context(request), "title": title, **context}
    return render(request, template, context, status=status)


def render_code_form(request, template, title, form):
    """Render a form that checks a code; 429 with Retry-After while its device is locked."""
    if not form.locked_until:
        return render_page(request, template, title, form=form)
    response = render_page(request, template, title, form=form, status=429)
    response["Retry-After"] = max(1, round((form.locked_until - request.at).total_seconds()))
    return response
