"""From an e-mail to an RFC 5322 message that Outlook, Gmail and Apple Mail understand.

Headers with words of people in them are encoded here: the standard library (seen with Python 3.11.7) loses the space
between two words that both need encoding, and decodes what people type: the name «=?utf-8?q?a=0D=0ABcc:…?=» became a
header of its own.
"""

from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, quote
from typing import cast

from lunchkit.platform.mail.rendering import RenderedEmail, one_line

LONGEST_LINE, LONGEST_WORD = 76, 60


class _Encoded(str):
    """The value of a header as it is transmitted, folded already."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def build_message(
    email: RenderedEmail, *, sender: str, recipient: str, message_id: str, date: datetime
) -> EmailMessage:
    """The message of an e-mail: text, HTML and invitation are alternatives.
    The invitation comes last, with METHOD in its type: Outlook shows its buttons only then. The same calendar
    follows as a file for readers that ignore the alternative.
    """
    message = EmailMessage(policy=SMTP)
    subject = one_line(email.subject)
    charset = "us-ascii" if _is_plain(subject) else "utf-8"
    _add(message, "Subject", _encode_words("Subject", subject, charset))
    _add(message, "From", _mailbox("From", one_line(email.sender_name), sender))
    _add(message, "To", _mailbox("To", "", recipient))
    if email.reply_to:
        _add(message, "Reply-To", _mailbox("Reply-To", "", email.reply_to))
    message["Message-ID"] = message_id
    message["Date"] = format_datetime(date)
    message["Auto-Submitted"] = "auto-generated"
    if email.unsubscribe_url:
        _add(message, "List-Unsubscribe", f"<{email.unsubscribe_url}>")  # folded, no mail program would follow it
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(email.text, cte="quoted-printable")
    message.add_alternative(email.html, subtype="html", cte="quoted-printable")
    html_part = cast("EmailMessage", message.get_payload(1))
    for cid, png in email.images.items():
        html_part.add_related(png, "image", "png", cid=f"<{cid}>", filename=f"{cid}.png", disposition="inline")
    if email.invitation is not None:
        calendar = email.invitation.decode()
        message.add_alternative(calendar, subtype="calendar", params={"method": email.invitation_method}, cte="base64")
        message.add_attachment(email.invitation, maintype="application", subtype="ics", filename="invitation.ics")
    return message


def _add(message: EmailMessage, name: str, value: str) -> None:
    header = _Encoded(value)
    header.name = name
    message[name] = header


def _encode_words(name: str, text: str, charset: str) -> str:
    return Header(text, charset, maxlinelen=LONGEST_LINE, header_name=name).encode(linesep="\r\n")


def _mailbox(name: str, person: str, address: str) -> str:
    """One address, with the name of a person or without; anything that is not one address is refused."""
    mailbox = Address(addr_spec=address).addr_spec
    if not person:
        return mailbox
    is_short = _is_plain(person) and len(person) <= LONGEST_WORD
    phrase = f'"{quote(person)}"' if is_short else _encode_words(name, person, "utf-8")
    is_full = len(f"{name}: {phrase} <{mailbox}>".rpartition("\r\n")[2]) > LONGEST_LINE
    joint = "\r\n " if is_full else " "
    return f"{phrase}{joint}<{mailbox}>"


def _is_plain(words: str) -> bool:
    """Whether nothing of it needs an encoded word, nothing looks like one, and there are spaces to fold it at."""
    is_short = all(len(word) <= LONGEST_WORD for word in words.split(" "))
    return words.isascii() and words.isprintable() and "=?" not in words and is_short
