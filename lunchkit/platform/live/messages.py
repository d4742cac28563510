"""What is sent: encoded once, and compressed once, for all who watch."""

import zlib
from dataclasses import dataclass
from functools import cached_property

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
"""How a gzip file begins (RFC 1952): deflate, no name, no time, unknown checksum yet."""


def pack(data: bytes) -> bytes:
    """A piece of a compressed stream that fits behind any other piece, so that one packing serves all who watch.
    A full flush ends at a byte and forgets what was before (RFC 1951).
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


@dataclass(frozen=True)
class Packet:
    """Some bytes of a stream, as they are and packed."""

    plain: bytes

    @cached_property
    def packed(self) -> bytes:
        return pack(self.plain)

    def for_whom(self, packs: bool) -> bytes:
        return self.packed if packs else self.plain


@dataclass(frozen=True)
class Message:
    """The state of a feed at one revision, encoded once for all who watch."""

    revision: int
    body: bytes
    """JSON in one line."""

    @cached_property
    def event(self) -> Packet:
        """As a server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
        return Packet(b"id: %d\ndata: %s\n\n" % (self.revision, self.body))


BEAT = Packet(b"event: hb\ndata:\n\n")
