"""The hub: who watches what, and the tickers that tell them.

Level-triggered: a ticker compares revisions and sends the whole present state, so bursts become one message, and a
browser that was away needs nothing replayed.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from lunchkit.platform.live.messages import BEAT, Message, Packet

log = logging.getLogger("lunchkit.platform.live")
HEARTBEAT = 15.0  # seconds: less than the 60 after which proxies give a silent connection up
LOOK = 0.1
"""Seconds between two looks at a revision, at least."""
BREATH = 1024  # sockets after which a push lets others run


@dataclass(frozen=True)
class Feed:
    """Something that moves: how to see that it did, and what to tell."""

    key: tuple[object, ...]
    revision: Callable[[], int]
    """Cheap: asked ten times a second while it is watched."""
    state: Callable[[], bytes]
    """JSON in one line, all that a browser needs to show the present state."""
    gap: float = 0.0
    """Seconds between two messages, at least; the first after a silence comes at once."""


class Channel:
    """A feed, and those who watch it in this process."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.latest: Message | None = None
        self.sockets: dict[int, bool] = {}
        """By descriptor, whether who is behind it takes gzip."""
        self.closing = False
        self.ticks = False
        self._lock = threading.Lock()
        self._building = threading.Lock()

    def look(self) -> Message:
        """The present state; built only if the revision moved."""
        revision = self.feed.revision()
        latest = self.latest
        if latest is not None and latest.revision == revision:
            return latest
        return Message(revision, self.feed.state())

    def current(self) -> Message:
        """The state that watchers have, while there are any; else the present one."""
        with self._building:  # of a room that comes in at once, the first one asks the database for all
            if not self.ticks or self.latest is None:
                self.latest = self.look()
            return self.latest

    def attach(self, descriptor: int, head: bytes, seen: int | None, *, packs: bool) -> None:
        """Take over a socket: write its head and the state, and keep it for what comes. Raises OSError."""
        self.current()
        with self._lock:
            newest = self.latest
            event = newest.event.for_whom(packs) if newest and newest.revision != seen else b""
            if not _write(descriptor, head + event):
                raise BlockingIOError("a browser took only the beginning of its first message")
            self.sockets[descriptor] = packs
            if not self.ticks:
                self.ticks = True
                threading.Thread(target=self._tick, name=f"live {self.feed.key}", daemon=True).start()

    def close(self) -> None:
        """Close all connections: the browsers come back to the next process."""
        with self._lock:
            self.closing = True
            for descriptor in self.sockets:
                _hang_up(descriptor)
            self.sockets.clear()

    def _tick(self) -> None:
        try:
            self._tick_until_alone()
        finally:
            self.ticks = False

    def _tick_until_alone(self) -> None:
        rest = max(LOOK, self.feed.gap / 3)
        pause, beaten, pushed = rest, time.monotonic(), -self.feed.gap
        while self._goes_on():
            time.sleep(until_next(pause))
            started = time.monotonic()
            if started - pushed < self.feed.gap - rest / 2:  # looks are this far from being on time at most
                continue
            try:
                message = self.look()
            except Exception as error:  # noqa: BLE001 - the database may be away: phones keep what they have
                if pause < 1.0:
                    log.warning("a live feed could not be read: %s", type(error).__name__)
                pause = min(HEARTBEAT, max(1.0, 2 * pause))
                continue
            if message is not self.latest:
                self._push(message)
                beaten = pushed = started
            elif started - beaten >= HEARTBEAT:
                self._send(BEAT)
                beaten = started
            pause = max(rest, 3 * (time.monotonic() - started))

    def _goes_on(self) -> bool:
        with self._lock:
            self.ticks = bool(self.sockets) and not self.closing
            return self.ticks

    def _push(self, message: Message) -> None:
        with self._lock:
            self.latest = message
        self._send(message.event)

    def _send(self, packet: Packet) -> None:
        """The same bytes to every socket; one that takes no more is let go: it gets the whole state when it returns."""
        for packs in set(self.sockets.values()):
            group = [descriptor for descriptor, wanted in self.sockets.items() if wanted is packs]
            data = packet.for_whom(packs)
            for start in range(0, len(group), BREATH):
                for descriptor in group[start : start + BREATH]:
                    if descriptor in self.sockets and not _write(descriptor, data):  # unless all were let go meanwhile
                        self.sockets.pop(descriptor, None)
                        _hang_up(descriptor)
                time.sleep(0)


def until_next(pause: float) -> float:
    """Seconds until the clock passes a multiple of the pause: all processes look at one time, phones hear together."""
    return pause - time.time() % pause


def _write(descriptor: int, data: bytes) -> bool:
    try:
        return os.write(descriptor, data) == len(data)
    except OSError:
        return False


def _hang_up(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.close(descriptor)


class Hub:
    def __init__(self) -> None:
        self._channels: dict[tuple[object, ...], Channel] = {}
        self._lock = threading.Lock()

    def channel(self, feed: Feed) -> Channel:
        with self._lock:
            channel = self._channels.get(feed.key)
            if channel is None:
                channel = self._channels[feed.key] = Channel(feed)
            return channel

    @property
    def watchers(self) -> int:
        return sum(len(channel.sockets) for channel in list(self._channels.values()))

    def watched(self, key: tuple[object, ...]) -> Channel | None:
        channel = self._channels.get(key)
        return channel if channel is not None and channel.ticks else None

    def watched_revision(self, beginning: tuple[object, ...]) -> int | None:
        """The highest revision that watchers of feeds whose key begins so have; None where nobody watches here."""
        channels = list(self._channels.values())
        watched = (one for one in channels if one.ticks and one.feed.key[: len(beginning)] == beginning)
        return max((one.latest.revision for one in watched if one.latest), default=None)

    def close(self) -> None:
        """Let all watchers go, before the process ends."""
        for channel in list(self._channels.values()):
            channel.close()
