"""What a device is asked, and whether its answer is one (W3C Web Authentication, level 2, sections 7.1 and 7.2).

The person must have been verified by their device (PIN, finger, face), so that having the device and unlocking it are
two factors. No attestation is asked for: which make of device it is decides nothing here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import options_to_json, parse_authentication_credential_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from identity.model import Person
from identity.ports import Site

NAME = "Custodes"
MOST_ANSWER = 20_000  # characters; a real one has some hundreds
_ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
# What a parser of bytes from outside may meet in them, beside the refusals of its own library.
_MALFORMED = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey as its device describes it."""

    credential: bytes
    public_key: bytes
    uses: int
    synced: bool


def ask_to_make(site: Site, person: Person, challenge: bytes, known: Sequence[bytes], *, seconds: float) -> str:
    """The options of ``navigator.credentials.create``, JSON. A device that holds one of ``known`` makes no second."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=person.id.encode(),
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenge,
        timeout=int(seconds * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        supported_pub_key_algs=_ALGORITHMS,
    )
    return options_to_json(options)


def ask_to_sign(site: Site, challenge: bytes, *, seconds: float) -> str:
    """The options of ``navigator.credentials.get``, JSON. They name no passkey, so they tell of no account."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=int(seconds * 1000),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def challenge_of(answer: str) -> bytes:
    """The challenge that an answer says it answers; empty for what is no answer. Nothing is verified yet."""
    try:
        client = json.loads(webauthn.base64url_to_bytes(_read(answer)["response"]["clientDataJSON"]))
        return webauthn.base64url_to_bytes(client["challenge"])
    except _MALFORMED:
        return b""


def credential_of(answer: str) -> bytes:
    """Which passkey answers; empty for what is no answer."""
    try:
        return parse_authentication_credential_json(_read(answer)).raw_id
    except _MALFORMED:
        return b""


def made(answer: str, site: Site, challenge: bytes) -> Made | None:
    """The new passkey; None unless origin, host, challenge, presence and verification of the person all hold."""
    try:
        found = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    except _MALFORMED:
        return None
    synced = found.credential_device_type == CredentialDeviceType.MULTI_DEVICE
    return Made(found.credential_id, found.credential_public_key, found.sign_count, synced)


def signed(answer: str, site: Site, challenge: bytes, public_key: bytes) -> int | None:
    """The count the device tells; None unless everything about the answer holds. What the count means is the rules'."""
    try:
        return webauthn.verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,  # compared by rules/passkeys, so that the log can say that it went back
            require_user_verification=True,
        ).new_sign_count
    except _MALFORMED:
        return None


def _read(answer: str) -> dict[str, Any]:
    """Raises ValueError for what is no JSON object, or too long to be an answer."""
    found = json.loads(answer) if len(answer) <= MOST_ANSWER else None
    if not isinstance(found, dict):
        raise ValueError("no answer of a device")
    return found
