"""Every kind of page that the public meets, each on a site that has something of everything."""

from django.urls import reverse

from consular.models import CommonQuestion, Erasure, Holiday
from consular.views import RECEIPT_SIGNER
from core.cursors import Cursor
from tests.factories import (
    DAY,
    NOON,
    a_category,
    a_counter,
    a_message,
    a_notice,
    a_page,
    a_topic,
    an_enquiry,
    an_office,
)

BODY = """
<p>A paragraph with <a href="https://example.org/">a link</a>, <em>stress</em> and <strong>weight</strong>.</p>
<h2>A heading</h2>
<ul><li>one</li><li>two</li></ul>
<ol start="3"><li>three</li></ol>
<blockquote><p>A quotation.</p></blockquote>
<h3>Another</h3>
<table><caption>Figures</caption>
<thead><tr><th scope="col">Year</th><th scope="col">Number</th></tr></thead>
<tbody><tr><td>2019</td><td>1</td></tr><tr><td>2020</td><td>2</td></tr></tbody></table>
<hr>
<p>The end.</p>
"""
WIDE_TABLE = "<table><tbody><tr>" + "<td>1,000,000</td>" * 40 + "</tr></tbody></table>"


def fill_site(speeches=45):
    """Fill the site, and return the address of each kind of page by its name. The default makes several list pages."""
    office = an_office(
        hours="09:30-12:30 14:00-16:00",
        address="5 Sample Gardens\nLondon",
        map_url="https://example.org/map?a=1&b=2",
        appointment_url="https://example.org/book",
        emergency_phone="+44 (0) 7700 900 123",
    )
    Holiday.objects.create(office=office, date="2099-12-25", name="Christmas Day")
    an_office(kind="press", name="Press Office", email="press@example.org")
    topic = a_topic(name="Lost passport", sentence="Report it to the police first.")
    CommonQuestion.objects.create(topic=topic, question="What if I <travel>?", answer="Ring us.\n\nBring “it” & come.")
    a_notice(link_url="/contact/", link_text="Emergency numbers", urgent=True)
    a_notice(sentence="The garden is open on Sunday.")
    message = a_message(
        headline="On the talks & “answers” <still> awaited",
        lead="A lead of one sentence.",
        body=BODY + WIDE_TABLE,
        delivered_on="2020-11-22",
        source_name="Ministry",
        source_url="https://example.org/?a=1&b=2&copy=3_4",
        featured=True,
    )
    for number in range(speeches):
        a_message(category=a_category("speeches"), publish_at=NOON - (number + 2) * DAY)
    corrected = a_message(headline="A text with an error", lead="On Monday.", publish_at=NOON - DAY / 2)
    for lead, kind in (("On Tuesday.", "correction"), ("On Tuesday and Friday.", "update")):
        corrected.lead = lead
        corrected.publish_correction("The day was another one.", kind=kind, at=NOON - DAY / 4)
    withdrawn = a_message(headline="Wrong")
    withdrawn.withdraw("The date was wrong.\n\nA statement with the right one follows.", at=NOON)
    a_counter(slug="fire", message=message)
    a_counter(slug="flood", incident="the “flood” & more", until="2020-11-01")
    a_page(path="visas", title="Visas", body=BODY, place="menu")
    a_page(path="visas/children", title="Children", place="footer")
    a_page(path="privacy", title="Privacy", place="footer")
    enquiry, erased = an_enquiry(topic=topic), an_enquiry(topic=topic)
    erased.erase(Erasure.Reason.VISITOR, at=NOON)
    return {
        "home": "/",
        "archive": "/messages/",
        "older messages": f"/messages/?before={Cursor.of(message)}",
        "year": "/messages/2020/",
        "month": "/messages/2020/11/",
        "day": "/messages/2020/11/22/",
        "category": "/messages/speeches/",
        "day of a category": "/messages/speeches/2020/11/22/",
        "empty day": "/messages/2020/11/25/",
        "jump to no date": "/messages/?date=yesterday",
        "message": message.get_absolute_url(),
        "corrected message": corrected.get_absolute_url(),
        "earlier text": f"{corrected.get_absolute_url()}earlier/2/",
        "withdrawn": withdrawn.get_absolute_url(),
        "search": "/search/",
        "results": "/search/?q=statement",
        "results with filters": "/search/?q=%22statement+number%22&sort=date&category=speeches&year=2020",
        "nothing found": "/search/?q=statemant+nowhere&category=speeches",
        "nothing to search for": "/search/?q=-&from=yesterday",
        "counters": "/counters/",
        "counter": "/counters/fire/",
        "page": "/visas/",
        "data for programs": "/api/",
        "contact": "/contact/",
        "sent": reverse("consular:sent", query={"r": RECEIPT_SIGNER.sign(enquiry.reference)}),
        "receipt that has lapsed": "/contact/sent/",
        "enquiry": enquiry.get_absolute_url(),
        "erasing an enquiry": f"{enquiry.get_absolute_url()}erase/",
        "erased enquiry": erased.get_absolute_url(),
        "not found": "/nothing/here/",
        "bad request": "/messages/?before=%00",
    }


# A site on which nothing has been published or entered yet.
EMPTY_SITE_PAGES = {
    "empty home": "/",
    "empty archive": "/messages/",
    "empty counters": "/counters/",
    "empty contact": "/contact/",
}
