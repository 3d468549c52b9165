"""`{% csrf_token %}` with the form token beside it, on pages of the admin that process each form once.

It is a builtin of all templates (TEMPLATES) and so replaces Django's tag: Django's own templates have forms, such as
the confirmation of a deletion, into which nothing else could be put.
"""

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from accounts import form_tokens

register = template.Library()


@register.tag
def csrf_token(parser, token):
    return FormTokenNode()


class FormTokenNode(CsrfTokenNode):
    def render(self, context):
        csrf_field, request = super().render(context), context.get("request")
        if not csrf_field or not getattr(request, "has_form_tokens", False):
            return csrf_field
        # The script keeps the token of a form that adds a row, for the Back button (static/desk-once.js).
        url_name = (request.resolver_match and request.resolver_match.url_name) or ""
        mark = " data-adds" if url_name.endswith("_add") else ""
        return csrf_field + format_html(
            '<input type="hidden" name="{}" value="{}"{}>', form_tokens.FIELD, form_tokens.create_token(), mark
        )
