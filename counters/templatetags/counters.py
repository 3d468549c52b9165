"""Template filters of a counter at a time: `{{ counter|sentence:at }}`."""

from django import template

from counters import zones

register = template.Library()


@register.filter
def parts(counter, at):
    """Return the sentence at `at`, split around the number."""
    return counter.parts(at)


@register.filter
def sentence(counter, at):
    """Return the sentence at `at`."""
    return counter.sentence(at)


@register.filter
def most_digits(counters, at):
    """Return the digits of the longest number of these counters, for the width of their column: 4 for 3,190."""
    return max(len(str(counter.days(at))) for counter in counters)


@register.filter
def runs(counter, at):
    """Say whether the count still goes up after `at`."""
    return counter.turns(at) is not None


@register.filter
def zone(name):
    """Return a time zone's name for display."""
    return zones.display_name(name)
