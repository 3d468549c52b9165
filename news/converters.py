"""URL converters for dates: yyyy, mm, dd."""

from django.urls import register_converter


class Year:
    regex = "[1-9][0-9]{3}"

    def to_python(self, value):
        return int(value)

    def to_url(self, value):
        return f"{value:04}"


class Month(Year):
    regex = "0[1-9]|1[0-2]"

    def to_url(self, value):
        return f"{value:02}"


class Day(Month):
    regex = "0[1-9]|[12][0-9]|3[01]"


register_converter(Year, "yyyy")
register_converter(Month, "mm")
register_converter(Day, "dd")
