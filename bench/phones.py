"""A hall of phones in one process: each follows a stream and sends its ballots on connections of their own.

Standard library only, one epoll, so that 5,000 phones cost the generator a fraction of a core (Linux). Times are
those of the monotonic clock, which all processes of a machine share. Latencies count from the moment at which a ballot
was due, not from the one at which a busy generator got round to sending it; how late it was is kept as well.
"""

import errno
import os
import random
import re
import resource
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count

HOST = "127.0.0.1"
EVENTS_A_TURN = 512
"""So many sockets are looked after before the clock is looked at again."""
PATIENCE = 15.0
"""Seconds after which a phone gives an unanswered request up, and sends it again."""
GOES_ON = (0, 429, 500, 502, 503, 504, 507)
"""Answers (0: none) after which a phone sends its ballot again, as the page does."""
EVENT = re.compile(rb"id: (\d+)\ndata: ([^\n]*)\n\n")
RETRY = re.compile(rb"retry: (\d+)\n")
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
dice = random.Random()


def raise_file_limit(wanted: int) -> str:
    """Allow this process, and those it starts, as many sockets as the machine lets it; says so if that is too few."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        return ""
    return f"{wanted} open files are wanted, and this machine allows {hard}: raise the hard limit (ulimit -Hn)"


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which this share of the values lies; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Loop:
    """One epoll and one clock."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._ready: dict[int, Callable[[], None]] = {}
        self._timers: list[tuple[float, int, Callable[[], None], bool]] = []
        self._numbers = count()
        self.lateness: list[float] = []
        """Seconds by which each piece of timed load came late."""

    def at(self, due: float, work: Callable[[], None], *, is_load: bool = False) -> None:
        heappush(self._timers, (due, next(self._numbers), work, is_load))

    def watch(self, descriptor: int, ready: Callable[[], None], *, writing: bool = False) -> None:
        self._ready[descriptor] = ready
        self._epoll.register(descriptor, select.EPOLLOUT if writing else select.EPOLLIN)

    def now_read(self, descriptor: int, ready: Callable[[], None]) -> None:
        self._ready[descriptor] = ready
        self._epoll.modify(descriptor, select.EPOLLIN)

    def forget(self, descriptor: int) -> None:
        if self._ready.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def run(self, until: Callable[[], bool], patience: float) -> bool:
        deadline = time.monotonic() + patience
        while not until():
            if time.monotonic() >= deadline:
                return False
            self._turn(deadline)
        return True

    def rest(self, seconds: float) -> None:
        self.run(lambda: False, seconds)

    def _turn(self, deadline: float) -> None:
        next_due = min(deadline, self._timers[0][0]) if self._timers else deadline
        for descriptor, _mask in self._epoll.poll(max(0.0, next_due - time.monotonic()), EVENTS_A_TURN):
            ready = self._ready.get(descriptor)
            if ready is not None:
                ready()
        while self._timers and self._timers[0][0] <= time.monotonic():
            due, _number, work, is_load = heappop(self._timers)
            if is_load:
                self.lateness.append(time.monotonic() - due)
            work()


class Connection:
    """A socket that is being opened, has something to say first, and is then read from."""

    def __init__(self, loop: Loop, port: int) -> None:
        self.loop = loop
        self.port = port
        self._socket: socket.socket | None = None

    def connect(self, first_words: bytes) -> None:
        self._first_words = first_words
        self._socket = socket.socket()
        self._socket.setblocking(False)
        if self._socket.connect_ex((HOST, self.port)) in (0, errno.EINPROGRESS):
            self._speak(is_registered=False)  # this near, it is mostly there already
        else:
            self._fail()

    @property
    def is_alive(self) -> bool:
        return self._socket is not None

    def hang_up(self) -> None:
        if self._socket is not None:
            self.loop.forget(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def say(self, words: bytes) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.send(words)

    def spoke(self) -> None:
        """The first words are out."""

    def took(self, data: bytes) -> None:
        raise NotImplementedError

    def lost(self) -> None:
        raise NotImplementedError

    def _speak(self, *, is_registered: bool = True) -> None:
        assert self._socket is not None
        try:
            self._socket.send(self._first_words)
        except BlockingIOError:
            if not is_registered:
                self.loop.watch(self._socket.fileno(), self._speak, writing=True)
            return
        except OSError:
            self._fail()
            return
        if is_registered:
            self.loop.now_read(self._socket.fileno(), self._readable)
        else:
            self.loop.watch(self._socket.fileno(), self._readable)
        self.spoke()

    def _readable(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.took(data)
        else:
            self._fail()

    def _fail(self) -> None:
        self.hang_up()
        self.lost()


class Exchange(Connection):
    """One request on a connection of its own; ``done`` gets status and answer, head included; 0 where none came.

    ``cut`` hangs up in the middle: before the whole request is out (a share of it), or, at 1, before the answer.
    """

    def __init__(
        self, loop: Loop, port: int, request: bytes, done: Callable[[int, bytes], None], cut: float = 0.0
    ) -> None:
        super().__init__(loop, port)
        self._done: Callable[[int, bytes], None] | None = done
        self._data = b""
        self._cut = cut
        loop.at(time.monotonic() + PATIENCE, self._give_up)
        self.connect(request[: int(len(request) * cut)] if cut else request)

    def spoke(self) -> None:
        if self._cut:
            self.loop.at(time.monotonic() + dice.random() * 0.01, self._give_up)

    def took(self, data: bytes) -> None:
        if self._cut:  # whoever hangs up at this moment does not hear it
            self._give_up()
            return
        self._data += data
        top, _, rest = self._data.partition(b"\r\n\r\n")
        length = LENGTH.search(top + b"\r\n")
        if length and len(rest) >= int(length[1]):
            self._finish(int(top[9:12]), self._data)

    def lost(self) -> None:
        self._finish(0, b"")

    def _give_up(self) -> None:
        if self._done is not None:
            self._finish(0, b"")

    def _finish(self, status: int, answer: bytes) -> None:
        done, self._done = self._done, None
        self.hang_up()
        if done is not None:
            done(status, answer)


class Stream(Connection):
    """What a browser's EventSource does: follow, keep the latest event, come back by itself with its number."""

    def __init__(
        self, loop: Loop, port: int, path: str, cookie: str = "", heard: "Callable[[Stream, float], None] | None" = None
    ) -> None:
        super().__init__(loop, port)
        self.path = path
        self.cookie = cookie
        self.revision = -1
        self.body = b""
        self.size = 0
        """Bytes of the latest event on the wire."""
        self.retry = 3.0
        self.openings = 0
        self.refusals = 0
        """Answers other than 200."""
        self.comes_back = True
        self.is_open = False
        """Whether the head of an answer has come since it was last opened."""
        self._rest = b""
        self._heard = heard

    def open(self) -> None:
        if self.is_alive or not self.comes_back:
            return
        self._rest, self.is_open = b"", False
        seen = f"Last-Event-ID: {self.revision}\r\n" if self.revision >= 0 else ""
        self.connect(head("GET", self.path, self.port, f"Accept: text/event-stream\r\n{seen}", self.cookie))

    def close(self) -> None:
        self.is_open = False
        self.hang_up()

    def took(self, data: bytes) -> None:
        now = time.monotonic()
        if self._rest:
            data = self._rest + data
        if not self.is_open:
            self._take_head(data)
        events = EVENT.findall(data)
        self._rest = data[data.rfind(b"\n\n") + 2 :] if data[-2:] != b"\n\n" else b""
        if events:
            number, self.body = events[-1]
            self.revision, self.size = int(number), len(number) + len(self.body) + 12
            if self._heard is not None:
                self._heard(self, now)

    def lost(self) -> None:
        self.is_open = False
        if self.comes_back:
            self.loop.at(time.monotonic() + self.retry, self.open)

    def _take_head(self, data: bytes) -> None:
        if b"\r\n\r\n" not in data:
            return
        if data[9:12] != b"200":
            self.refusals += 1
            return
        self.is_open = True
        self.openings += 1
        retry = RETRY.search(data)
        self.retry = int(retry[1]) / 1000 if retry else self.retry


class Asking(Connection):
    """One keep-alive connection that asks for the same page again as soon as it has it."""

    def __init__(self, loop: Loop, port: int, path: str) -> None:
        super().__init__(loop, port)
        self.answers = 0
        self.failures = 0
        self._request = head("GET", path, port, "", "")
        self._data = b""
        self.connect(self._request)

    def took(self, data: bytes) -> None:
        self._data += data
        top, _, rest = self._data.partition(b"\r\n\r\n")
        length = LENGTH.search(top + b"\r\n")
        if not length or len(rest) < int(length[1]):
            return
        self.answers += top[9:12] == b"200"
        self.failures += top[9:12] != b"200"
        self._data = b""
        if b"\r\nconnection: close" in top.lower():
            self.hang_up()
            self.connect(self._request)
        else:
            self.say(self._request)

    def lost(self) -> None:
        self.failures += 1
        self._data = b""
        if self.failures < 1000:
            self.connect(self._request)


def head(method: str, path: str, port: int, more: str, cookie: str) -> bytes:
    """The head of a request, as a browser on our own page sends it."""
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Accept-Language: fr\r\n{cookies}{more}\r\n"
    ).encode()


def form_post(path: str, port: int, form: str, cookie: str, kind: str = "application/x-www-form-urlencoded") -> bytes:
    """A form, as a page's script sends it: alone on its connection, and asking for JSON."""
    more = (
        f"Origin: http://{HOST}:{port}\r\nAccept: application/json\r\nConnection: close\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(form.encode())}\r\n"
    )
    return head("POST", path, port, more, cookie) + form.encode()


@dataclass(eq=False)
class Ballot:
    """One answer of one phone, sent until it is answered."""

    phone: int
    choice: int
    turn: int
    due: float
    cut: float = 0.0
    """Whether, and after which share of its request, the first attempt is broken off."""
    tries: int = 0
    status: int = 0
    answered: float = 0.0

    @property
    def is_counted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def seconds(self) -> float:
        return self.answered - self.due


@dataclass
class Voting:
    """A room that answers one question: ballots at random moments, sent again where there was no answer."""

    loop: Loop
    port: int
    request: Callable[[Ballot], bytes]
    ballots: list[Ballot] = field(default_factory=list)
    waiting: int = 0

    def plan(self, phones: int, window: float, *, double: float = 0.0, change: float = 0.0, kill: float = 0.0) -> float:
        """Let every phone answer once within so many seconds from now; returns when that is.

        Of them, one share taps twice, one changes its mind, one breaks off and comes back with the same ballot.
        """
        start = time.monotonic() + 0.1
        for phone in range(phones):
            due = start + dice.random() * window
            cut = dice.choice((0.3, 0.9, 1.0)) if dice.random() < kill else 0.0
            first = Ballot(phone, dice.randint(1, 3), 1, due, cut)
            self._put(first)
            if dice.random() < double:
                self._put(Ballot(phone, first.choice, 1, due + dice.random() * 0.15))
            if dice.random() < change:
                self._put(Ballot(phone, first.choice % 3 + 1, 2, min(due + 0.2 + dice.random(), start + window)))
        return start

    def all_answered(self) -> bool:
        return self.waiting == 0

    def last_words(self) -> dict[int, int]:
        counted = sorted((ballot for ballot in self.ballots if ballot.is_counted), key=lambda ballot: ballot.turn)
        return {ballot.phone: ballot.choice for ballot in counted}

    def _put(self, ballot: Ballot) -> None:
        self.ballots.append(ballot)
        self.waiting += 1
        self.loop.at(ballot.due, partial(self._send, ballot), is_load=True)

    def _send(self, ballot: Ballot) -> None:
        cut = ballot.cut if ballot.tries == 0 else 0.0
        ballot.tries += 1
        Exchange(self.loop, self.port, self.request(ballot), partial(self._take, ballot), cut)

    def _take(self, ballot: Ballot, status: int, _answer: bytes) -> None:
        ballot.status = status
        if status in GOES_ON:
            pause = dice.uniform(0.5, 1.0) * min(5.0, 0.2 * 2**ballot.tries)
            self.loop.at(time.monotonic() + pause, partial(self._send, ballot))
            return
        ballot.answered = time.monotonic()
        self.waiting -= 1


@dataclass
class Arrival:
    """How one revision reached the phones."""

    first: float
    last: float
    phones: int = 1

    @property
    def seconds(self) -> float:
        return self.last - self.first


class Hall:
    """All streams of a crowd, and when each revision came."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.streams: list[Stream] = []
        self.arrivals: dict[int, Arrival] = {}

    def heard(self, stream: Stream, now: float) -> None:
        arrival = self.arrivals.get(stream.revision)
        if arrival is None:
            self.arrivals[stream.revision] = Arrival(now, now)
        else:
            arrival.last = now
            arrival.phones += 1

    def open(self, at_once: int = 256, patience: float = 60.0) -> float:
        began = time.monotonic()
        waiting = [stream for stream in self.streams if not stream.is_open]
        opening: list[Stream] = []

        def all_open() -> bool:
            opening[:] = [stream for stream in opening if not stream.is_open]
            while waiting and len(opening) < at_once:
                opening.append(waiting.pop())
                opening[-1].open()
            return not opening

        if not self.loop.run(all_open, patience):
            raise RuntimeError(f"{len(opening) + len(waiting)} streams could not be opened")
        return time.monotonic() - began

    def close(self) -> None:
        for stream in self.streams:
            stream.comes_back = False
            stream.close()

    def count_open(self) -> int:
        return sum(stream.is_open for stream in self.streams)

    def has_all(self, revision: int) -> bool:
        arrival = self.arrivals.get(revision)
        return arrival is not None and arrival.phones >= len(self.streams)

    def count_at(self, revision: int) -> int:
        return sum(stream.revision == revision for stream in self.streams)


def fetch_all(loop: Loop, port: int, requests: list[bytes], at_once: int = 16) -> list[tuple[int, bytes]]:
    """Each request on a connection of its own, so many at a time; their answers in the same order."""
    answers: dict[int, tuple[int, bytes]] = {}
    waiting = list(enumerate(requests))[::-1]

    def begin_next() -> None:
        if waiting:
            number, request = waiting.pop()
            Exchange(loop, port, request, partial(keep, number))

    def keep(number: int, status: int, answer: bytes) -> None:
        answers[number] = (status, answer)
        begin_next()

    for _ in range(at_once):
        begin_next()
    loop.run(lambda: len(answers) == len(requests), 600)
    return [answers[number] for number in range(len(requests))]


def rate(loop: Loop, port: int, path: str, connections: int = 64, seconds: float = 2.0) -> float:
    """Answers a second to so many keep-alive connections."""
    askers = [Asking(loop, port, path) for _ in range(connections)]
    loop.rest(0.5)
    before, began = sum(one.answers for one in askers), time.monotonic()
    loop.rest(seconds)
    answers, took = sum(one.answers for one in askers) - before, time.monotonic() - began
    for one in askers:
        one.hang_up()
    return answers / took


def raw_fan_out(loop: Loop, phones: int, size: int, updates: int = 20, pause: float = 0.2) -> list[float]:
    """What a push to so many sockets costs at least: a bare loop of send() in another process, received as ours is.

    Seconds from the first socket that had a message to the last, for each update. The pauses between them must be those
    of what it is compared with: without any, processor and caches are warm, and it takes half of the time.
    """
    hall = Hall(loop)
    with _bare_sender(phones, size) as (port, push):
        hall.streams = [Stream(loop, port, "/", heard=hall.heard) for _ in range(phones)]
        hall.open()
        for number in range(1, updates + 1):
            push()
            if not loop.run(lambda number=number: hall.has_all(number), 20):  # type: ignore[misc]
                raise RuntimeError("the bare loop did not reach everybody")
            loop.rest(pause)
        hall.close()
    return [hall.arrivals[number].seconds for number in range(1, updates + 1)]


@contextmanager
def _bare_sender(phones: int, size: int) -> Iterator[tuple[int, Callable[[], object]]]:
    listener = socket.create_server((HOST, 0), backlog=4096)
    orders, mine = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(mine)
            _send_barely(listener, orders, phones, size)
        finally:
            os._exit(0)
    os.close(orders)
    port = int(listener.getsockname()[1])
    listener.close()
    try:
        yield port, lambda: os.write(mine, b".")
    finally:
        os.close(mine)
        os.waitpid(child, 0)


def _send_barely(listener: socket.socket, orders: int, phones: int, size: int) -> None:
    sockets = []
    for _ in range(phones):
        one = listener.accept()[0]
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.recv(4096)
        one.send(b"HTTP/1.1 200 OK\r\n\r\n")
        sockets.append(one)
    number = 0
    while os.read(orders, 1):
        number += 1
        start = b"id: %d\ndata: " % number
        message = start + b"x" * max(1, size - len(start) - 2) + b"\n\n"
        for one in sockets:
            one.send(message)
