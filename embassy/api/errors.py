"""What is wrong below /api/ before a view of it is reached, or in it: a problem document in the page's place."""

from functools import wraps

from django.utils.translation import gettext_lazy as _

from editions.programs import problem

BELOW = "/api/"
SENTENCES = {
    400: _("This address can’t be read. Take out what is no text, such as a NUL character, and whatever is too much."),
    404: _("There is nothing at this address."),
    500: _("Something went wrong on our side, not on yours. It has been noted. Please try again in a minute."),
    503: _("Our database does not answer just now. Please try again in ten seconds."),
}
KEPT = ("Retry-After", "Cache-Control")  # of the page's headers


def or_problem(handler):
    """Return an error handler that answers programs as they read, and everybody else as `handler` does."""

    @wraps(handler)
    def answered(request, *args, **kwargs):
        page = handler(request, *args, **kwargs)
        if not request.path_info.startswith(BELOW):
            return page
        headers = {name: page[name] for name in KEPT if name in page}
        return problem(page.status_code, str(SENTENCES.get(page.status_code, SENTENCES[500])), headers)

    return answered
