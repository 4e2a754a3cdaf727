"""A client: signs a request as RFC 9421 has it, sends it, and keeps what came with its receipt."""

from __future__ import annotations

import json
import secrets
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from shixiao.gateway.signatures import Address, Asked, sign
from shixiao.seals import SigningKey
from shixiao.seals.sm2 import Sm2Key
from shixiao.terms import BadInput, Text, Unavailable

TIMEOUT, VALID = 30.0, 60
LARGEST = 1 << 28  # bytes of an answer
_PLAIN = {"Accept-Encoding": "identity"}
_UNREACHED = Text("连不上网关：{why}。", "the gateway cannot be reached: {why}")
_TOO_LARGE = Text(
    "网关的应答没有写明长度，或太大。",
    "the answer of the gateway states no length, or is too large",
)
_NO_ADDRESS = Text("“{url}”不是网关的地址。", "“{url}” is no address of a gateway")
_REFUSED = Text("网关拒绝（{code}）：{zh}", "the gateway refuses ({code}): {en}")


@dataclass(frozen=True, slots=True)
class Had:
    """What came.

    Attributes:
        body: the content.
        receipt: id, by which ``proof`` is asked for.
        cursor: where a batch goes on; empty at its end.
    """

    body: bytes
    receipt: str
    cursor: str

    @property
    def json(self) -> Any:
        """The content of a look-up or verification."""
        return json.loads(self.body)


class Client:
    """Asks one gateway in the name of one key.

    Args:
        url: of the gateway, as it knows itself (``public_url``).
        key: private key, of Ed25519 or SM2.
        key_id: by which the gateway knows it.
        transport: of httpx, for tests.
        at: where it is reached, if not at its own address.
        patience: seconds that an answer may take.
        tls: whom to trust, and the certificate to show where the gateway asks for one.

    Raises:
        BadInput: the address is none.
    """

    def __init__(
        self,
        url: str,
        key: SigningKey | Sm2Key,
        key_id: str,
        *,
        transport: httpx.BaseTransport | None = None,
        at: str = "",
        patience: float = TIMEOUT,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise BadInput(_NO_ADDRESS.format(url=url))
        self._address = Address(parts.scheme, parts.netloc.lower())
        self._key, self._key_id, self._patience = key, key_id, patience
        self._http = httpx.Client(
            base_url=at or url,
            transport=transport,
            timeout=patience,
            headers=_PLAIN,
            verify=tls or True,
            trust_env=False,
        )

    def look_up(self, dataset: str, *, purpose: str, case: str, key: str) -> Had:
        """Look one person up.

        Raises:
            BadInput: the gateway refuses, and why.
            Unavailable: it does not answer, or what is behind it does not.
        """
        return self._ask(dataset, "", {"purpose": purpose, "case": case, "key": key})

    def verify(
        self, dataset: str, *, purpose: str, case: str, key: str, values: Mapping[str, str]
    ) -> Had:
        """Have values verified; see ``look_up``."""
        body = {"purpose": purpose, "case": case, "key": key, "values": dict(values)}
        return self._ask(dataset, "/verify", body)

    def batch(
        self, dataset: str, *, purpose: str, case: str, cursor: str = "", form: str = "csv"
    ) -> Had:
        """Take a chunk of a batch; see ``look_up``."""
        body = {"purpose": purpose, "case": case, "cursor": cursor, "format": form}
        return self._ask(dataset, "/batch", body)

    def proof(self, receipt: str) -> bytes | None:
        """Return the ``.tlog-proof`` of a receipt; None while it waits for the tree."""
        answer = self._send(self._http.build_request("GET", f"/receipts/{receipt}"))
        return answer.content if answer.status_code == httpx.codes.OK else None

    def checkpoints(self) -> list[dict[str, Any]]:
        """Return the signed checkpoint of each log: ``origin``, ``size``, ``note``."""
        answer = self._send(self._http.build_request("GET", "/checkpoints"))
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer)
        return list(_object(answer)["checkpoints"])

    def entries(self, log: int, start: int) -> dict[str, Any]:
        """Return entries of a log with its checkpoint; for the key that publishes grants.

        Args:
            log: number of the worker.
            start: of the first entry.
        """
        return _object(self._post("/entries", {"log": log, "from": start}))

    def uses(self, person: str) -> dict[str, Any]:
        """Return who used a person's data; for the key that publishes grants."""
        return _object(self._post("/uses", {"person": person}))

    def persons(self, receipts: Sequence[str]) -> dict[str, Any]:
        """Return whose data left under receipts, by pseudonym; for the key of the bureau."""
        return _object(self._post("/persons", {"receipts": list(receipts)}))

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def _ask(self, dataset: str, mode: str, body: Mapping[str, Any]) -> Had:
        answer = self._post(f"/x/{quote(dataset, safe='')}{mode}", body)
        return Had(answer.content, answer.headers["receipt"], answer.headers.get("next-cursor", ""))

    def _post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        asked = Asked("POST", path, "", {}, json.dumps(body, ensure_ascii=False).encode())
        now, key = int(time.time()), self._key
        headers = sign(
            asked,
            self._address,
            key_id=self._key_id,
            algorithm="sm2" if isinstance(key, Sm2Key) else "ed25519",
            secret=key.secret if isinstance(key, Sm2Key) else key.seed,
            created=now,
            expires=now + VALID,
            nonce=secrets.token_urlsafe(18),
        )
        answer = self._send(
            self._http.build_request("POST", path, content=asked.body, headers=headers)
        )
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer)
        return answer

    def _send(self, request: httpx.Request) -> httpx.Response:
        """Send, and read an answer whose size is told and bounded.

        Raises:
            Unavailable: there is none, or none of that kind.
        """
        try:
            answer = self._http.send(request, stream=True)
            try:
                length = answer.headers.get("content-length", "")
                packed = "content-encoding" in answer.headers
                if packed or not length.isdigit() or int(length) > LARGEST:
                    raise Unavailable(_TOO_LARGE)
                body = self._in_time(answer)
            finally:
                answer.close()
        except httpx.HTTPError as error:
            raise Unavailable(_UNREACHED.format(why=error)) from None
        return httpx.Response(
            answer.status_code, headers=answer.headers, content=body, request=request
        )

    def _in_time(self, answer: httpx.Response) -> bytes:
        """Read the content; one that comes in drops must have come in time as a whole.

        Raises:
            httpx.ReadTimeout: it has not.
        """
        parts, late = [], time.monotonic() + self._patience
        for part in answer.iter_bytes():
            if time.monotonic() > late:
                raise httpx.ReadTimeout("too slow", request=answer.request)
            parts.append(part)
        return b"".join(parts)


def _object(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        Unavailable: it is none.
    """
    try:
        return dict(answer.json())
    except (ValueError, TypeError):
        raise Unavailable(_UNREACHED.format(why="JSON")) from None


def _refusal(answer: httpx.Response) -> BadInput | Unavailable:
    try:
        said = answer.json()
        text = _REFUSED.format(code=said["reason"], zh=said["text"]["zh"], en=said["text"]["en"])
    except (ValueError, KeyError, TypeError):
        return Unavailable(_UNREACHED.format(why=answer.status_code))
    return Unavailable(text) if answer.is_server_error else BadInput(text)
