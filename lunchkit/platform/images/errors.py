"""What is wrong with a picture, in words that help the person who sends one."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import refusal

NoPicture = refusal("NoPicture", _l("Please choose a picture."), 422)
PictureTooHeavy = refusal(
    "PictureTooHeavy",
    _l("This file is too heavy: a picture may have at most 8 MB. Please send a smaller copy."),
    413,
)
PictureTooLarge = refusal(
    "PictureTooLarge",
    _l(
        "This picture is too large: it may have at most 24 million pixels, for example 6000 × 4000. "
        "Please send a smaller copy."
    ),
    413,
)
PictureTooSmall = refusal(
    "PictureTooSmall",
    _l("This picture is too small: each side needs at least 200 pixels. Please send the original."),
    422,
)
LogoTooSmall = refusal("LogoTooSmall", _l("This logo is too small: each side needs at least 40 pixels."), 422)
PictureUnreadable = refusal(
    "PictureUnreadable",
    _l("This file cannot be read as a picture. Please send a whole JPEG, PNG or WebP file."),
    422,
)
PictureUndescribed = refusal(
    "PictureUndescribed",
    _l("Please say in a few words what the picture shows, for those who cannot see it."),
    422,
)
PictureMustWait = refusal(
    "PictureMustWait",
    _l("The server cannot take in a picture just now: nothing was saved. Please send it again in a minute."),
    503,
    60,
)
