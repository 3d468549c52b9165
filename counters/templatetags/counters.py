"""What templates ask of a counter at a moment: `{{ counter|sentence:at }}`."""

from django import template

from counters import zones

register = template.Library()


@register.filter
def parts(counter, at):
    """Return the sentence at the moment `at`, as the words before the number, the number, the words after it."""
    return counter.parts(at)


@register.filter
def sentence(counter, at):
    """Return the whole sentence at the moment `at`."""
    return counter.sentence(at)


@register.filter
def runs(counter, at):
    """Say whether it still turns after the moment `at`."""
    return counter.turns(at) is not None


@register.filter
def zone(name):
    """Return a time zone's name as people write it."""
    return zones.readable(name)
