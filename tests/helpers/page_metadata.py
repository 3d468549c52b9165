"""JSON-LD and meta elements of a page."""

import json
import re
from html import unescape


def json_ld(client, path):
    html = client.get(path).content.decode()
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(found), html


def meta_elements(html):
    return {
        name: unescape(value)
        for name, value in re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', html)
    }
