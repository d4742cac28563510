"""SMTP servers with whims, on this machine only: the trouble that real providers make."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.live import Postman
from tests.server import free_port

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUYwPdTvRBtsTKP0GUXQuQPIDKdhQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTE4MTgzNloYDzIwNzYxMTEy
MTgxODM2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAREQsHuidLMawTHTxYwCS20vyAa6q1WwDIp/8GtP8tQeGwllNAD4SJa
NpzB5f6UbScfMfGDFYYNH6zOtQqhxPK3o2kwZzAdBgNVHQ4EFgQUBzrqYr/PChIk
AGacYh1tshUair8wHwYDVR0jBBgwFoAUBzrqYr/PChIkAGacYh1tshUair8wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhAIN7AoniJP3Gw4z1IcIdIWtTgaKsaEb3S1Wo4rdVfgHPAiAmT+yniwT0
ayGBHG0RB/CrV1R1jDundQLpp5P/kbrb5w==
-----END CERTIFICATE-----
"""
"""Of «localhost», signed by nobody else, for fifty years: nothing but these tests believes it."""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgk8/utfLdy6SMDTIz
KjMtu6nq3wqcnLhxebc7MldhIiShRANCAAREQsHuidLMawTHTxYwCS20vyAa6q1W
wDIp/8GtP8tQeGwllNAD4SJaNpzB5f6UbScfMfGDFYYNH6zOtQqhxPK3
-----END PRIVATE KEY-----
"""
USER, PASSWORD = "lunch@lunch.example", "geheim-Wort+42"


class Whim(Postman):
    """A server that says no at one point of the conversation."""

    def __init__(self, **answers: str) -> None:
        super().__init__()
        self.answers = answers

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return self.answers.get("DATA") or await super().handle_DATA(server, session, envelope)


def knows_one_user(_server: Any, _session: Any, _envelope: Any, _mechanism: str, said: LoginPassword) -> AuthResult:
    """Let one user in."""
    good = (said.login, said.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False) if not good else AuthResult(success=True)


def tls_context(folder: Path) -> ssl.SSLContext:
    """What a server needs to speak TLS; its certificate is written beside, for who wants to believe it."""
    (folder / "certificate.pem").write_text(CERTIFICATE)
    (folder / "key.pem").write_text(KEY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


@contextmanager
def mail_server(whim: Any = None, kind: type[Controller] = Controller, **options: Any) -> Iterator[tuple[Any, int]]:
    """A running server, and its port."""
    postman, port = whim or Postman(), free_port()
    controller = kind(postman, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield postman, port
    finally:
        controller.stop()


def tls_server(folder: Path, **options: Any) -> AbstractContextManager[tuple[Postman, int]]:
    """A server that speaks TLS from its first byte. aiosmtpd's own controller would try itself without the certificate."""

    class Unproven(Controller):
        def _trigger_server(self) -> None:
            credulous = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            credulous.check_hostname, credulous.verify_mode = False, ssl.CERT_NONE
            with socket.create_connection((self.hostname, self.port), 5) as line, credulous.wrap_socket(line) as safe:
                safe.recv(1024)

    return mail_server(kind=Unproven, ssl_context=tls_context(folder), **options)


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])
