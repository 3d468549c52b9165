"""Typos in e-mail addresses: top-level domains that do not exist, misspelt providers, homoglyphs."""

from __future__ import annotations

import idna

# Homoglyphs of Latin letters, typed with another keyboard layout or by a forger.
CYRILLIC = dict(zip("аеорсухіјѕԁһԛԝАВЕКМНОРСТХІЈЅ", "aeopcyxijsdhqwABEKMHOPCTXIJS", strict=True))
GREEK = dict(zip("ονρΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ovpABEZHIKMNOPTYX", strict=True))
HOMOGLYPHS = str.maketrans(CYRILLIC | GREEK | {"ı": "i", "ſ": "s", "\u212a": "K"})

# Two-letter top-level domains: the countries of ISO 3166 that have one, and ac, eu, su, uk.
COUNTRY_TLDS = frozenset(
    """
    ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz
    ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm
    fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is
    it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm
    mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr
    ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg
    th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
    """.split()
)
TLD_TYPOS = {
    "com": "con cim cmo ocm comm coom ccom cpm xom vom c0m coim cok comn cm0 kom cojm cpom cxom сом",
    "net": "ner nte nett nret ne5",
    "org": "ogr rog orgg prg orf 0rg orh porg og or rg",
    "ru": "ру ruu rru ry",
    "de": "dee",
    "fr": "frr",
    "uk": "ukk",
}
CORRECTED_TLDS = {slip: ending for ending, slips in TLD_TYPOS.items() for slip in slips.split()}
IMPOSSIBLE_TLDS = frozenset(idna.encode(slip).decode("ascii") for slip in CORRECTED_TLDS)

COM_ONLY = ("gmail", "googlemail", "icloud")
PROVIDERS = (*COM_ONLY, "hotmail", "outlook", "protonmail", "yahoo", "yandex")
NOT_QUITE_COM = ("co", "cm", "om")  # Colombia's, Cameroon's, Oman's: no big provider has mailboxes there


def replace_homoglyphs(text: str) -> str:
    """Return text with homoglyphs replaced by Latin letters."""
    return text.translate(HOMOGLYPHS)


def is_possible_tld(ending: str) -> bool:
    """Return whether a label (lower case; an A-label if it is not ASCII) can be a top-level domain."""
    if ending.startswith("xn--"):
        return ending not in IMPOSSIBLE_TLDS
    if len(ending) == 2:
        return ending in COUNTRY_TLDS
    return ending.isalpha() and len(ending) > 2 and ending not in IMPOSSIBLE_TLDS


def correct_tld(domain: str) -> str:
    """Return a domain with the probable top-level domain: example.org for example.ogr, gmail.com for gmail."""
    if domain in PROVIDERS:
        return f"{domain}.com"
    name, dot, ending = domain.rpartition(".")
    if not dot and domain.endswith("com") and domain.removesuffix("com") in PROVIDERS:
        return f"{domain.removesuffix('com')}.com"
    return f"{name}{dot}{CORRECTED_TLDS.get(ending, ending)}"


def suggest_domain(domain: str) -> str:
    """Return the well-known provider that a domain (lower case) is a typo of; "" if it is probably right."""
    name, _dot, ending = domain.partition(".")
    provider = next((provider for provider in PROVIDERS if name == provider or is_one_typo(name, provider)), None)
    if provider is None:
        return ""
    if provider in COM_ONLY or ending in NOT_QUITE_COM:
        ending = "com"
    meant = f"{provider}.{ending}"
    return "" if meant == domain else meant


def is_one_typo(typed: str, meant: str) -> bool:
    """Return whether one letter after the first was left out, added, replaced or swapped with the next.

    The first letter must be right: mail.com, ymail.com and email.com are providers too.
    """
    if typed[:1] != meant[:1] or typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    rest, rest_meant = typed[start:], meant[start:]
    if len(typed) != len(meant):
        return rest[1:] == rest_meant or rest == rest_meant[1:]
    return rest[1:] == rest_meant[1:] or (rest[1:2] + rest[:1] + rest[2:]) == rest_meant
