"""Forms filled in as a browser does: the fields of the page are sent back, except for the typed values."""

import html5lib

NAMESPACE = "{http://www.w3.org/1999/xhtml}"


def fields_of(page: str, form: str) -> dict[str, str]:
    """Return the data that the form with the id `form` would send, without a button pressed."""
    document = html5lib.parse(page)
    return dict(_sent(next(each for each in document.iter(f"{NAMESPACE}form") if each.get("id") == form)))


def buttons_of(page: str, form: str) -> list[dict[str, str]]:
    """Return the attributes of the buttons that submit the form with the id `form`, in the order of the page."""
    document, found = html5lib.parse(page), []
    own = next(each for each in document.iter(f"{NAMESPACE}form") if each.get("id") == form)
    inside = set(own.iter())
    for element in document.iter():
        if element.tag not in (f"{NAMESPACE}button", f"{NAMESPACE}input"):
            continue
        is_submit = element.get("type", "submit" if element.tag.endswith("button") else "text") == "submit"
        if is_submit and element.get("form", form if element in inside else "") == form:
            found.append(dict(element.attrib))
    return found


def _sent(form):
    for element in form.iter():
        name, kind = element.get("name"), element.get("type", "text")
        is_foreign = element.get("form", form.get("id")) != form.get("id")
        if not name or is_foreign or element.get("disabled") is not None:
            continue
        if element.tag == f"{NAMESPACE}textarea":
            yield name, (element.text or "").removeprefix("\n")
        elif element.tag == f"{NAMESPACE}select":
            options = list(element.iter(f"{NAMESPACE}option"))
            chosen = next((each for each in options if each.get("selected") is not None), options[0])
            yield name, chosen.get("value", chosen.text or "")
        elif element.tag == f"{NAMESPACE}input" and kind not in {"submit", "button", "file", "image", "reset"}:
            if kind not in {"checkbox", "radio"} or element.get("checked") is not None:
                yield name, element.get("value", "on" if kind == "checkbox" else "")
