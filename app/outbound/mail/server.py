"""Mail through a server (RFC 5321), never without STARTTLS; SSL_CERT_FILE names other roots for its certificate."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from app.outbound.mail.composed import Unusable, composed
from outbox.model.message import FAILED, SENT, Letter, Outcome

SECONDS = 20  # for each answer of the server


class Server:
    """``outbox.ports.Carrier``. Whether a letter arrived is not known here: servers write that to the sender."""

    name = "smtp"

    def __init__(
        self, host: str, port: int, sender: str, clock: Callable[[], datetime], *, user: str = "", password: str = ""
    ) -> None:
        self._place = (host, port)
        self._sender = sender
        self._clock = clock
        self._user, self._password = user, password

    def send(self, letter: Letter) -> Outcome:
        """One connection a letter. Nothing of it, and nothing the server says, comes into a log."""
        try:
            message = composed(letter, self._sender, self._clock())
        except Unusable:
            return Outcome(FAILED, "address-unusable", permanent=True)
        try:
            self._hand_over(letter.address, message.as_bytes())
        except smtplib.SMTPRecipientsRefused as error:
            return _refused("address-refused", *(code for code, _ in error.recipients.values()))
        except smtplib.SMTPDataError as error:
            return _refused("message-refused", error.smtp_code)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return Outcome(FAILED, next((cause for kind, cause in _CAUSES if isinstance(error, kind)), "unreachable"))
        return Outcome(SENT)

    def ask(self, remotes: Mapping[str, str]) -> Mapping[str, Outcome]:  # noqa: ARG002 - a server cannot be asked
        """Nothing more is known."""
        return {}

    def _hand_over(self, address: str, body: bytes) -> None:
        # Said to the server instead of this machine's name, which is nobody's business.
        us = self._sender.rpartition("@")[2]
        server = smtplib.SMTP(*self._place, local_hostname=us, timeout=SECONDS)
        try:
            server.starttls(context=ssl.create_default_context())
            if self._user:
                server.login(self._user, self._password)
            server.sendmail(self._sender, [address], body)
        finally:
            # It is accepted, or not: a goodbye that goes wrong must not have it sent once more.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


def _refused(cause: str, *codes: int) -> Outcome:
    return Outcome(FAILED, cause, permanent=bool(codes) and all(code >= 500 for code in codes))


# What is wrong with the set-up or the server is temporary: somebody mends it, and what waits goes out.
_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPNotSupportedError, "no-starttls"),
    (ssl.SSLError, "tls-failed"),
    (smtplib.SMTPAuthenticationError, "sign-in-refused"),
    (smtplib.SMTPSenderRefused, "sender-refused"),
    (smtplib.SMTPResponseException, "server-refused"),
)
