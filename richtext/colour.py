"""Colour management: the pixels of a picture converted to sRGB by its ICC profile, in every mode."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageCms

GREY_MODES = frozenset({"L", "LA", "La", "F"})
# What an ICC profile calls the colours that it is for, and the mode in which Pillow hands such pixels to LittleCMS.
PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}


def convert_to_srgb(image: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """Return the picture as L, RGB or RGBA in sRGB, with its ICC profile applied.

    With `keep_alpha` the transparency is kept; without, transparent parts are put on white, as a page shows them.
    """
    alpha = None
    if image.has_transparency_data:
        if image.mode not in ("RGBA", "LA"):
            image = image.convert("RGBA")
        alpha = image.getchannel("A")
    image = _apply_profile(_without_alpha(image))
    if alpha is None:
        return image
    image = image.convert("RGB")
    if keep_alpha:
        image.putalpha(alpha)
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=alpha)
    return white


def averageable(image: Image.Image) -> Image.Image:
    """Return the picture in a mode whose pixels can be averaged: no palette, no single bits, no 16 bits a pixel."""
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode.startswith("I"):  # 16 bits a pixel, which convert("L") would cut off at 255
        return image.point(lambda value: value / 256).convert("L")
    return image.convert("L") if image.mode == "1" else image


def _without_alpha(image: Image.Image) -> Image.Image:
    """Return the colours alone: grey as L, CMYK and LAB as they are, the rest as RGB."""
    image = averageable(image)
    if image.mode in GREY_MODES:
        return image.convert("L")
    return image if image.mode in ("CMYK", "LAB") else image.convert("RGB")


def _apply_profile(image: Image.Image) -> Image.Image:
    """Return the picture in sRGB, as L or RGB; a profile that is damaged or for other colours is ignored."""
    data = image.info.get("icc_profile")
    result = "L" if image.mode == "L" else "RGB"
    if data:
        try:
            profile = ImageCms.ImageCmsProfile(BytesIO(data))
            if PROFILE_MODES.get(profile.profile.xcolor_space.strip()) == image.mode:
                srgb = ImageCms.createProfile("sRGB")
                return ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB").convert(result)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return image.convert(result)
