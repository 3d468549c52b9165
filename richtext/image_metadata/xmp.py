"""XMP packets (ISO 16684-1) with the properties of the IPTC Photo Metadata Standard 2023.1 that agencies read."""

from __future__ import annotations

from xml.sax.saxutils import escape

from core.xml_text import strip_invalid_xml
from richtext.image_metadata.parts import ImageTexts

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">
<dc:creator><rdf:Seq><rdf:li>{credit}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>
<photoshop:Credit>{credit}</photoshop:Credit>
<photoshop:Source>{source}</photoshop:Source>
<xmpRights:Marked>True</xmpRights:Marked>
<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></xmpRights:UsageTerms>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
MAX_CHARACTERS = 1_500  # of a text: all of them fit into a JPEG segment, even if each character is escaped


def xmp_packet(texts: ImageTexts) -> bytes:
    """Return the texts as an XMP packet in UTF-8."""
    values = {name: escape(strip_invalid_xml(text)[:MAX_CHARACTERS]) for name, text in vars(texts).items()}
    return PACKET.format(**values).encode("utf-8", "replace")
