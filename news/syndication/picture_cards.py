"""Picture cards (Open Graph image): the image of a message, cut around its focus to the shape social networks show."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from django.core.files.storage import default_storage
from PIL import Image

from news.syndication.social_cards import HEIGHT, WIDTH
from richtext.renditions import ENCODER_OPTIONS
from richtext.serving import StorageUnavailable

CACHE_SIZE = 32  # cards cached in memory, about 100 kB each


def cut_box(width: int, height: int, focus_x: int, focus_y: int) -> tuple[int, int, int, int]:
    """Return the largest part of an image in the shape of a card, as near to the focus (in percent) as possible."""
    across, down = min(width, round(height * WIDTH / HEIGHT)), min(height, round(width * HEIGHT / WIDTH))
    left = min(max(round(width * focus_x / 100 - across / 2), 0), width - across)
    top = min(max(round(height * focus_y / 100 - down / 2), 0), height - down)
    return left, top, left + across, top + down


def card_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of the card of an image in pixels: never larger than the part that is shown."""
    left, top, right, bottom = cut_box(width, height, 50, 50)
    return (WIDTH, HEIGHT) if right - left > WIDTH else (right - left, bottom - top)


@lru_cache(maxsize=CACHE_SIZE)
def render_picture_card(name: str, focus_x: int, focus_y: int) -> bytes:
    """Return the card of a stored image as JPEG, without metadata.

    Raise FileNotFoundError without the image, and StorageUnavailable if the storage does not respond.
    """
    try:
        with default_storage.open(name) as file, Image.open(file, formats=["JPEG", "PNG", "WEBP"]) as image:
            box, size = cut_box(*image.size, focus_x, focus_y), card_size(*image.size)
            card = on_white(image.crop(box)).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageUnavailable from error
    buffer = BytesIO()
    card.save(buffer, "JPEG", **ENCODER_OPTIONS["JPEG"])
    return buffer.getvalue()


def on_white(image: Image.Image) -> Image.Image:
    """Return an image in RGB, on white where it is transparent."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
