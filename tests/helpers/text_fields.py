"""Every text field of the project: of its models, of its forms, of the desk's forms."""

import importlib
import pkgutil
from pathlib import Path

from django import forms
from django.apps import apps
from django.contrib import admin
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(
    path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in {"tests", "benchmarks"}
)


def project_modules():
    """Yield every module of the project, imported; no migrations and no commands' entry points."""
    for package in PACKAGES:
        root = importlib.import_module(package)
        yield root
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if ".migrations" not in found.name and found.name not in {"embassy.wsgi"}:
                yield importlib.import_module(found.name)


def model_text_fields():
    """Yield each text field of the project's own models."""
    for model in apps.get_models():
        if model.__module__.partition(".")[0] in PACKAGES:
            for field in model._meta.local_fields:
                if isinstance(field, (models.CharField, models.TextField)):
                    yield field


def form_classes():
    """Return every form class that the project's modules define."""
    for _module in project_modules():
        pass  # importing them is enough: a class knows its subclasses
    found, waiting = set(), [forms.BaseForm]
    while waiting:
        for each in waiting.pop().__subclasses__():
            if each not in found:
                found.add(each)
                waiting.append(each)
    return sorted(
        (each for each in found if each.__module__.partition(".")[0] in PACKAGES),
        key=lambda each: (each.__module__, each.__qualname__),
    )


def form_text_fields():
    """Yield (form class, name, field) of each text field that a form of the project declares."""
    for form in form_classes():
        for name, field in getattr(form, "base_fields", {}).items():
            if isinstance(field, forms.CharField):
                yield form, name, field


def desk_text_fields(request):
    """Yield (model admin, name, field) of each text field on the desk's forms, those of their inlines included."""
    for model, desk in admin.site._registry.items():
        if model.__module__.partition(".")[0] not in {*PACKAGES, "django"} or not desk.has_view_permission(request):
            continue
        for form in [desk.get_form(request), *(each.get_formset(request).form for each in inlines(desk, request))]:
            for name, field in form.base_fields.items():
                if isinstance(field, forms.CharField):
                    yield desk, name, field


def inlines(desk, request):
    """Return the inlines of a model on the desk."""
    return desk.get_inline_instances(request)
