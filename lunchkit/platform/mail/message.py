"""From a letter to an RFC 5322 message that Outlook, Gmail and Apple Mail understand."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from lunchkit.platform.mail.headers import POLICY
from lunchkit.platform.mail.rendering import Letter, one_line


def build_message(letter: Letter, *, sender: str, recipient: str, message_id: str, date: datetime) -> EmailMessage:
    """The message of a letter.

    Text, HTML and invitation are alternatives of one another (the invitation last, with METHOD in its type: Outlook
    shows its buttons only then); the same calendar object follows as a file for readers that ignore the alternative.
    """
    message = EmailMessage(policy=POLICY)
    message["Subject"] = one_line(letter.subject)
    message["From"] = _address(letter.sender_name, sender)
    message["To"] = _address("", recipient)
    if letter.reply_to:
        message["Reply-To"] = _address("", letter.reply_to)
    message["Message-ID"] = message_id
    message["Date"] = format_datetime(date)
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    html_part = message.get_payload(1)
    if not isinstance(html_part, EmailMessage):
        raise TypeError("the HTML alternative is missing")
    for image in letter.images:
        html_part.add_related(
            image.png,
            maintype="image",
            subtype="png",
            cid=f"<{image.cid}>",
            filename=f"{image.cid}.png",
            disposition="inline",
        )
    if letter.invitation is not None:
        calendar = letter.invitation.decode()
        message.add_alternative(calendar, subtype="calendar", params={"method": letter.invitation_method}, cte="base64")
        message.add_attachment(letter.invitation, maintype="application", subtype="ics", filename="invitation.ics")
    return message


def _address(name: str, addr_spec: str) -> Address:
    """An address header value; the parser of Address refuses line breaks and anything that is not one address."""
    return Address(display_name=one_line(name), addr_spec=addr_spec)
