"""Photos with the metadata that cameras write, with markers that tests search for in what is delivered."""

from io import BytesIO
from xml.etree import ElementTree

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from richtext.forms import UploadForm
from tests.factories import NOON, a_message

SECRET = b"51-SECRET-PLACE-0"  # in every kind of metadata of the photos
SIZE = (640, 400)


def draw_photo(size=SIZE, mode="RGB") -> Image.Image:
    """Return a picture with areas that a smaller copy still shows."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    ImageDraw.Draw(image).rectangle((size[0] // 2, 0, size[0], size[1] // 3), fill="white")
    return image


def camera_exif(orientation=1) -> Image.Exif:
    """Return Exif data with GPS, maker note, serial number, owner and place names, each with SECRET."""
    exif, secret = Image.Exif(), SECRET.decode()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = exif[ExifTags.Base.ImageDescription] = secret
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    camera[ExifTags.Base.DateTimeOriginal] = "2026:09:03 11:22:33"
    camera[ExifTags.Base.MakerNote] = SECRET * 50
    camera[ExifTags.Base.BodySerialNumber] = camera[ExifTags.Base.CameraOwnerName] = secret
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place.update({1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0), 27: SECRET, 29: "2026:09:03"})
    return exif


def a_photo(kind="JPEG", size=SIZE, *, orientation=1, image=None, **options) -> bytes:
    """Return an image file with SECRET in all metadata that its format has, and after its end."""
    exif, xmp = camera_exif(orientation), b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    if kind == "JPEG":
        options = {"xmp": xmp, "comment": SECRET, "quality": 90} | options
    elif kind == "WEBP":
        options = {"xmp": xmp, "lossless": True} | options
    else:
        texts = PngInfo()
        texts.add_text("Comment", SECRET.decode())
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
        options = {"pnginfo": texts} | options
    buffer = BytesIO()
    (image or draw_photo(size)).save(buffer, kind, exif=exif, **options)
    data = buffer.getvalue()
    if kind == "JPEG":  # Photoshop's IPTC records, and a second image as phones append it
        place = SECRET * 3
        record = b"\x1c\x02\x5a" + len(place).to_bytes(2, "big") + place
        block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(record).to_bytes(4, "big") + record + bytes(len(record) % 2)
        data = data[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + data[2:]
    return data + SECRET


def read_xmp(data: bytes) -> dict[str, str]:
    """Return the properties of an image file's XMP packet by their names without namespaces."""
    info = Image.open(BytesIO(data)).info
    packet = info.get("xmp") or info["XML:com.adobe.xmp"].encode()
    properties = ElementTree.fromstring(packet)[0][0]
    return {each.tag.partition("}")[2]: "".join(each.itertext()) for each in properties}


def a_photo_file(kind="JPEG", name="IMG_1234.JPG", *, after=b"", **options):
    """Return a camera's photo as an upload, with further data after its end."""
    return SimpleUploadedFile(name, a_photo(kind, **options) + after, content_type=f"image/{kind.lower()}")


def an_image_with_original(**options):
    """Return an image of the library whose original is kept."""
    form = UploadForm({}, {"upload": a_photo_file(**options)})
    assert form.is_valid(), form.errors
    return form.save(at=NOON, by=None)


def offer_fields(image=None) -> dict:
    """Return the fields of a message that offers the original of an image."""
    image = image or an_image_with_original()
    return {
        "image": image.file.name,
        "image_width": image.width,
        "image_height": image.height,
        "image_alt": "Two ministers shake hands",
        "image_credit": "Анна Smith",
        "image_rights": "Free for editorial use",
        "image_offered": True,
    }


def an_offering_message(image=None, **kwargs):
    """Return a published message that offers the original of its image."""
    return a_message(**offer_fields(image) | kwargs)


def offer_url(message) -> str:
    """Return the address of the original that a message offers."""
    return f"/media/{message.offered_original.name}"
