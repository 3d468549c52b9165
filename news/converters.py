"""URL converters: yyyy, mm and dd of dates, and nth, the number of a thing among its like, from 1."""

from django.urls import register_converter


class YearConverter:
    regex = "[1-9][0-9]{3}"

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return f"{value:04}"


class MonthConverter(YearConverter):
    regex = "0[1-9]|1[0-2]"

    def to_url(self, value):
        return f"{value:02}"


class DayConverter(MonthConverter):
    regex = "0[1-9]|[12][0-9]|3[01]"


class OrdinalConverter:
    """A number from 1 in its only spelling: a page has one URL."""

    regex = "[1-9][0-9]{0,4}"

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return str(value)


register_converter(YearConverter, "yyyy")
register_converter(MonthConverter, "mm")
register_converter(DayConverter, "dd")
register_converter(OrdinalConverter, "nth")
