"""Form data: what the inputs of a field would send, and writing that into the data of a request."""

from __future__ import annotations

from django import forms

from core.datetime_fields import ZonedDateTimeWidget


def initial_post_data(bound) -> dict[str, str | bool]:
    """Return what each input of an unbound field would send; True and False for a checkbox."""
    widget, value = bound.field.widget, bound.value()
    widget = getattr(widget, "widget", widget)  # the admin wraps the widgets of foreign keys
    if isinstance(widget, forms.CheckboxInput):
        return {bound.html_name: bool(value)}
    if isinstance(widget, ZonedDateTimeWidget):
        return widget.input_values(bound.html_name, value)
    context = widget.get_context(bound.html_name, value, {})["widget"]
    inputs = context.get("subwidgets", []) if isinstance(widget, forms.MultiWidget) else [context]
    return {each["name"]: input_text(each["value"]) for each in inputs}


def input_text(value) -> str:
    """Return the value of an input as text, without the list that some widgets put around it."""
    value = value[0] if isinstance(value, (list, tuple)) and value else value
    return "" if value is None or value == [] else str(value)


def overwrite_post_data(data, inputs: dict[str, str | bool]) -> None:
    """Write the values of inputs into form data."""
    for name, value in inputs.items():
        if value is False:
            data.pop(name, None)
        else:
            data[name] = "on" if value is True else value
