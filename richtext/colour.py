"""Colour management: converts images of any mode to sRGB by their ICC profile."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageCms

GREY_MODES = frozenset({"L", "LA", "La", "F"})
# Colour space of an ICC profile: the Pillow mode that LittleCMS reads.
PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}


def convert_to_srgb(image: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """Return an image as L, RGB or RGBA in sRGB, with its ICC profile applied.

    `keep_alpha`: keep the transparency; otherwise the background becomes white, as on a page.
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


def to_averageable_mode(image: Image.Image) -> Image.Image:
    """Return an image in a mode whose pixels can be averaged: not a palette, 1 bit or 16 bits per pixel."""
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode.startswith("I"):  # 16 bits per pixel, which convert("L") would clip at 255
        return image.point(lambda value: value / 256).convert("L")
    return image.convert("L") if image.mode == "1" else image


def _without_alpha(image: Image.Image) -> Image.Image:
    """Return an image without alpha: grey as L, CMYK and LAB unchanged, others as RGB."""
    image = to_averageable_mode(image)
    if image.mode in GREY_MODES:
        return image.convert("L")
    return image if image.mode in ("CMYK", "LAB") else image.convert("RGB")


def _apply_profile(image: Image.Image) -> Image.Image:
    """Return an image in sRGB, as L or RGB; a damaged profile, or one for another colour space, is ignored."""
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
