"""What templates ask of the site as a whole."""

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def once(context, name):
    """Include a template that is the same on every page: rendered once for an edition, if its rows are there."""

    def render():
        return context.template.engine.get_template(name).render(context)

    edition = (context.get("site") or {}).get("edition")
    return edition.remember(("once", name), render) if edition else render()
