"""What pictures say no to, in words that help whoever sends one."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import Refusal


class NoPicture(Refusal):
    """The form came without a file."""

    message = _l("Please choose a picture.")
    status = 422


class PictureTooHeavy(Refusal):
    """Too many bytes."""

    message = _l("This file is too heavy: a picture may have at most 8 MB. Please send a smaller copy.")
    status = 413


class PictureTooLarge(Refusal):
    """Too many pixels, however few bytes they were packed into."""

    message = _l(
        "This picture is too large: it may have at most 24 million pixels, for example 6000 × 4000. "
        "Please send a smaller copy."
    )
    status = 413


class PictureTooSmall(Refusal):
    """Too few pixels for any page."""

    message = _l("This picture is too small: each side needs at least 200 pixels. Please send the original.")
    status = 422


class LogoTooSmall(PictureTooSmall):
    """Too few pixels even for the header of a page."""

    message = _l("This logo is too small: each side needs at least 40 pixels.")


class PictureUnreadable(Refusal):
    """No picture, a damaged one, or one of a kind that is not taken."""

    message = _l("This file cannot be read as a picture. Please send a whole JPEG, PNG or WebP file.")
    status = 422


class PictureUndescribed(Refusal):
    """No alternative text."""

    message = _l("Please say in a few words what the picture shows, for those who cannot see it.")
    status = 422


class PictureMustWait(Refusal):
    """Too many pictures at once, or no memory for one more process."""

    message = _l("The server cannot take in a picture just now: nothing was saved. Please send it again in a minute.")
    status = 503
    retry_after = 60
