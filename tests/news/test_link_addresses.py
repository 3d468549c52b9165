"""The addresses of links: completed, unwrapped, and telephone numbers as a phone calls them."""

import pytest

from richtext.link_urls import normalise_url


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("www.example.org", "https://www.example.org"),
        ("WWW.example.org/a?b", "https://WWW.example.org/a?b"),
        ("example.org", "https://example.org"),
        ("//example.org/a", "https://example.org/a"),
        ("http:/example.org", "http://example.org"),
        ("https//example.org", "https://example.org"),
        ("ttps://example.org", "https://example.org"),
        ("http://https://example.org", "https://example.org"),
        ("посольство.example/правила", "https://посольство.example/правила"),
        ("press@example.org", "mailto:press@example.org"),
        ("mailto:mailto:press@example.org", "mailto:press@example.org"),
        ("mailto: press@example.org", "mailto:press@example.org"),
        ("tel:+44 (0)20 7229-6412", "tel:+442072296412"),
        ("tel:0044 20 7229 6412", "tel:+442072296412"),
        ("tel:+44 20 7229 6412 ext. 12", "tel:+442072296412;ext=12"),
        ("+44 20 7229 6412", "tel:+442072296412"),
        ("callto:+442072296412", "tel:+442072296412"),
        ("rules.pdf", "rules.pdf"),
        ("more.html#a", "more.html#a"),
        ("2026/11/27/", "2026/11/27/"),
        ("/visas/", "/visas/"),
        ("#top", "#top"),
        ("?page=2", "?page=2"),
        ("https://example.org/www.example.org", "https://example.org/www.example.org"),
    ],
)  # fmt: skip
def test_an_address_is_completed(given, whole):
    assert normalise_url(given) == whole
    assert normalise_url(whole) == whole


@pytest.mark.parametrize(
    "wrapped",
    [
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1&data=05%7C02&reserved=0",
        "https://www.google.com/url?sa=t&url=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1&usg=x",
        "https://www.google.co.uk/url?q=https://example.org/a?b%3D1&sa=D",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1&h=AT0",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-3Fb-3D1&d=DwMFaQ&c=x",
        "https://urldefense.com/v3/__https://example.org/a?b=1__;!!abc!x$",
        "https://urldefense.com/v3/__https:/example.org/a*b=1__;Pw!!abc!x$",
        "https://vk.com/away.php?to=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1",
    ],
)
def test_the_wrapper_of_a_filter_is_taken_off(wrapped):
    assert normalise_url(wrapped) == "https://example.org/a?b=1"


def test_a_wrapper_within_a_wrapper_is_taken_off():
    inner = "https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%3A%2F%2Fexample.org%2F"
    assert normalise_url(f"https://a.safelinks.protection.outlook.com/?url={inner}&data=1") == "https://example.org/"


@pytest.mark.parametrize("inner", ["javascript:a()", "data:text/html,a", "", "//example.org"])
def test_a_wrapper_around_no_web_address_stays(inner):
    wrapped = f"https://a.safelinks.protection.outlook.com/?url={inner}"
    assert normalise_url(wrapped) == wrapped


def test_a_number_that_is_no_telephone_number_is_left_as_it_is():
    number = "tel:1" + " " * 150_000 + "1"
    assert normalise_url(number) == number
