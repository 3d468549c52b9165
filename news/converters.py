"""URL converters for dates: yyyy, mm, dd."""

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


register_converter(YearConverter, "yyyy")
register_converter(MonthConverter, "mm")
register_converter(DayConverter, "dd")
