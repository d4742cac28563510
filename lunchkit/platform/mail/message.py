"""From an e-mail to an RFC 5322 message that Outlook, Gmail and Apple Mail understand."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from lunchkit.platform.mail.headers import POLICY
from lunchkit.platform.mail.rendering import RenderedEmail, one_line


def build_message(
    email: RenderedEmail, *, sender: str, recipient: str, message_id: str, date: datetime
) -> EmailMessage:
    """The message of an e-mail.

    Text, HTML and invitation are alternatives of one another (the invitation last, with METHOD in its type: Outlook
    shows its buttons only then); the same calendar object follows as a file for readers that ignore the alternative.
    """
    message = EmailMessage(policy=POLICY)
    message["Subject"] = one_line(email.subject)
    message["From"] = _address(email.sender_name, sender)
    message["To"] = _address("", recipient)
    if email.reply_to:
        message["Reply-To"] = _address("", email.reply_to)
    message["Message-ID"] = message_id
    message["Date"] = format_datetime(date)
    message["Auto-Submitted"] = "auto-generated"
    if email.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{email.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(email.text, cte="quoted-printable")
    message.add_alternative(email.html, subtype="html", cte="quoted-printable")
    html_part = message.get_payload(1)
    if not isinstance(html_part, EmailMessage):
        raise TypeError("the HTML alternative is missing")
    for image in email.images:
        html_part.add_related(
            image.png,
            maintype="image",
            subtype="png",
            cid=f"<{image.cid}>",
            filename=f"{image.cid}.png",
            disposition="inline",
        )
    if email.invitation is not None:
        calendar = email.invitation.decode()
        message.add_alternative(calendar, subtype="calendar", params={"method": email.invitation_method}, cte="base64")
        message.add_attachment(email.invitation, maintype="application", subtype="ics", filename="invitation.ics")
    return message


def _address(name: str, addr_spec: str) -> Address:
    """An address header value; the parser of Address refuses line breaks and anything that is not one address."""
    return Address(display_name=one_line(name), addr_spec=addr_spec)
