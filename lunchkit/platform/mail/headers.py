"""Header lines of an e-mail, written here: the standard library spoils some, and obeys what others hide in them.

Where it folds a line itself (seen with Python 3.11.7), it loses the space between two words that both need encoding,
and it decodes what people type: the name «=?utf-8?q?a=0D=0ABcc:…?=» became a header of its own. Here a
value is what it says, and it is written either as plain ASCII or in encoded words (RFC 2047).
"""

from email.header import Header
from email.headerregistry import (
    BaseHeader,
    HeaderRegistry,
    UniqueSingleAddressHeader,
    UniqueUnstructuredHeader,
    UnstructuredHeader,
)
from email.policy import SMTP, Policy
from email.utils import quote
from typing import Any, cast

LONGEST_LINE, LONGEST_WORD = 76, 60


class _WholeLine(UnstructuredHeader):
    """A header with a long address in it: folded, it would become an encoded word that no mail program follows."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class _Literal(UniqueUnstructuredHeader):
    """A subject: what it says is what is read, whatever it looks like."""

    name: str

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["decoded"], kwds["parse_tree"] = value, None

    def fold(self, *, policy: Policy) -> str:
        charset = "us-ascii" if _is_plain(str(self)) else "utf-8"
        words = Header(str(self), charset, maxlinelen=LONGEST_LINE, header_name=self.name)
        return f"{self.name}: {words.encode(linesep=policy.linesep)}{policy.linesep}"


class _Mailbox(UniqueSingleAddressHeader):
    """One address, with a name before it or without."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        address = self.address
        if not address.display_name:
            return f"{self.name}: {address.addr_spec}{policy.linesep}"
        line = f"{self.name}: {_phrase(address.display_name, self.name, policy.linesep)}"
        last = len(line.rpartition(policy.linesep)[2])
        joint = " " if last + len(f" <{address.addr_spec}>") <= LONGEST_LINE else f"{policy.linesep} "
        return f"{line}{joint}<{address.addr_spec}>{policy.linesep}"


def _phrase(name: str, header: str, linesep: str) -> str:
    """A display name: quoted where it is plain and short, else in encoded words, which can be folded."""
    if _is_plain(name) and len(name) <= LONGEST_WORD:
        return f'"{quote(name)}"'
    return Header(name, "utf-8", maxlinelen=LONGEST_LINE, header_name=header).encode(linesep=linesep)


def _is_plain(words: str) -> bool:
    """Whether nothing of it needs an encoded word, nothing looks like one, and there are spaces to fold it at."""
    is_short = all(len(word) <= LONGEST_WORD for word in words.split(" "))
    return words.isascii() and words.isprintable() and "=?" not in words and is_short


_headers = HeaderRegistry()
for _name, _kind in {
    "List-Unsubscribe": _WholeLine,
    "Subject": _Literal,
    "From": _Mailbox,
    "To": _Mailbox,
    "Reply-To": _Mailbox,
}.items():
    _headers.map_to_type(_name, cast("type[BaseHeader]", _kind))  # the registry makes each of them one
POLICY = SMTP.clone(header_factory=_headers)
