"""What is wrong with a picture, in words that help the person who sends one."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import user_error

NoPicture = user_error("NoPicture", _l("Choose a picture."), 422)
PictureTooHeavy = user_error(
    "PictureTooHeavy", _l("This file is too heavy: a picture may have at most 8 MB. Send a smaller copy."), 413
)
PictureTooLarge = user_error(
    "PictureTooLarge",
    _l(
        "This picture is too large: it may have at most 24 million pixels, for example 6000 × 4000. Send a "
        "smaller copy."
    ),
    413,
)
PictureTooSmall = user_error(
    "PictureTooSmall", _l("This picture is too small: each side needs at least 200 pixels. Send the original."), 422
)
LogoTooSmall = user_error("LogoTooSmall", _l("This logo is too small: each side needs at least 40 pixels."), 422)
PictureUnreadable = user_error(
    "PictureUnreadable", _l("This file cannot be read as a picture. Send a whole JPEG, PNG or WebP file."), 422
)
PictureMustWait = user_error(
    "PictureMustWait",
    _l("The server cannot accept a picture just now: nothing was saved. Send it again in a minute."),
    503,
    60,
)
