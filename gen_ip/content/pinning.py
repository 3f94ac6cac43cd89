"""A pinning service: others' nodes that keep what a node of the user's own provides.

API: https://ipfs.github.io/pinning-services-api-spec/ (version 1). A service takes CIDs, not bytes:
it fetches the blocks over IPFS from the addresses ("origins") of the node that has them.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import requests

from gen_ip.content.cid import is_cid, parse_cid
from gen_ip.errors import BadStoreAddress, StoreUnavailable
from gen_ip.urls import public_url, scheme_of

PREFIX = "pin+"
TOKEN_VARIABLE = "GENIP_PIN_TOKEN"  # noqa: S105, a variable's name
_TIMEOUT = (5.0, 30.0)
_MAX_ANSWER_BYTES = 8 * 1024 * 1024
_PAGE = 1000
_MAX_PAGES = 1000
# The specification's own caps.
_MAX_ORIGINS = 20


class PinningService:
    """Keeps by CID what others provide. The token is sent to `url` alone and never shown.

    Args:
        url: of the service's API, as it gives it; https, or http on this machine.
        token: by default of the environment's variable GENIP_PIN_TOKEN.
        wait: seconds to wait until a pin is done, not only accepted.

    Raises:
        BadStoreAddress: `url` is none, or there is no token.
    """

    def __init__(self, url: str, token: str | None = None, wait: float = 600.0) -> None:
        scheme, host = scheme_of(url), public_url(url)
        local = host.removeprefix("http://").rsplit(":", 1)[0] in ("127.0.0.1", "localhost", "::1")
        if "@" in url or (scheme != "https" and not (scheme == "http" and local)):
            raise BadStoreAddress(host, "a token goes over https alone, without user and password")
        token = os.environ.get(TOKEN_VARIABLE, "") if token is None else token
        if not token or not token.isascii() or not token.isprintable():
            raise BadStoreAddress(host, f"set its access token in {TOKEN_VARIABLE}")
        self._url, self._host, self._wait = url.rstrip("/"), host, wait
        self._session = requests.Session()
        # A .netrc would replace the token.
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    @property
    def address(self) -> str:
        """The service, without its path and token."""
        return f"{PREFIX}{self._host}"

    def pin(self, cid: str, origins: list[str], name: str = "") -> None:
        """Asks for a pin, unless there is one, and waits until the service has the content.

        Raises:
            MalformedCID: `cid` is not a CID.
            StoreUnavailable: it refuses or fails, or has not got the content in time; what it has
                accepted it goes on with, and is asked about the next time.
        """
        wanted = str(parse_cid(cid))
        deadline = time.monotonic() + self._wait
        row = self._of(wanted)
        if row is None or row.get("status") == "failed":
            body: dict[str, Any] = {"cid": wanted, "origins": origins[:_MAX_ORIGINS]}
            if name:
                body["name"] = name[:255]
            row = self._call("POST", "/pins", json=body)
        pause = 0.2
        while row.get("status") in ("queued", "pinning"):
            if time.monotonic() + pause > deadline:
                raise self._unavailable(
                    f"{wanted} is still {row['status']} after {self._wait:g} s",
                    "keep the node that has it running and reachable, and pin it again later",
                )
            time.sleep(pause)
            pause = min(2 * pause, 10.0)
            row = self._call("GET", f"/pins/{quote(str(row.get('requestid')), safe='')}")
        if row.get("status") != "pinned" or _cid_of(row) != wanted:
            reason = f"it did not pin {wanted}: {str(row.get('status'))[:40]}"
            raise self._unavailable(reason, "look at the service's own page, and try again")

    def unpin(self, cid: str) -> None:
        """Lets go of a pin; nothing happens where there is none.

        Raises:
            MalformedCID: `cid` is not a CID.
            StoreUnavailable: the service is down or refuses.
        """
        row = self._of(str(parse_cid(cid)))
        if row is not None:
            self._call("DELETE", f"/pins/{quote(str(row.get('requestid')), safe='')}")

    def has(self, cid: str) -> bool:
        """Whether the service says that it has pinned `cid`.

        Raises:
            MalformedCID: `cid` is not a CID.
            StoreUnavailable: the service is down or refuses.
        """
        row = self._of(str(parse_cid(cid)))
        return row is not None and row.get("status") == "pinned"

    def pins(self) -> Iterator[str]:
        """The CIDs it has pinned for the token's account, newest first.

        Raises:
            StoreUnavailable: the service is down or refuses.
        """
        before: dict[str, str] = {}
        for _ in range(_MAX_PAGES):
            rows = self._rows({"status": "pinned", "limit": str(_PAGE), **before})
            for row in rows:
                if is_cid(cid := _cid_of(row)):
                    yield cid
            if len(rows) < _PAGE or before.get("before") == str(rows[-1].get("created")):
                return
            before = {"before": str(rows[-1].get("created"))}

    def _of(self, cid: str) -> dict[str, Any] | None:
        rows = self._rows({"cid": cid, "status": "queued,pinning,pinned,failed"})
        found = [row for row in rows if _cid_of(row) == cid]
        order = ("pinned", "pinning", "queued")
        for status in order:
            for row in found:
                if row.get("status") == status:
                    return row
        return found[0] if found else None

    def _rows(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        rows = self._call("GET", "/pins", params=query).get("results")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._misread()
        return rows

    def _call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """One request; the answer's JSON object, {} where there is none."""
        try:
            with self._session.request(
                method,
                f"{self._url}{path}",
                timeout=_TIMEOUT,
                # Another host must not be handed the token.
                allow_redirects=False,
                stream=True,
                **more,
            ) as answer:
                return self._read(answer)
        except requests.Timeout as error:
            raise self._unavailable("no answer in time", "try again") from error
        except (requests.RequestException, OSError) as error:
            # The library's own message may hold the URL's secrets.
            reason = f"no connection: {type(error).__name__}"
            raise self._unavailable(reason, "check its address") from None

    def _read(self, answer: requests.Response) -> dict[str, Any]:
        body = answer.raw.read(_MAX_ANSWER_BYTES + 1, decode_content=True)
        if answer.status_code in (401, 403):
            raise self._unavailable("it does not accept the token", f"correct {TOKEN_VARIABLE}")
        if answer.status_code not in (200, 202):
            reason = f"it answers with status {answer.status_code}"
            raise self._unavailable(reason, "look at the service's own page")
        if not body:
            return {}
        try:
            found = json.loads(body) if len(body) <= _MAX_ANSWER_BYTES else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self._misread()
        return found

    def _misread(self) -> StoreUnavailable:
        return self._unavailable("its answer is not of the Pinning Service API", "check its URL")

    def _unavailable(self, reason: str, remedy: str) -> StoreUnavailable:
        return StoreUnavailable(self.address, reason, remedy)


def _cid_of(row: Mapping[str, Any]) -> str:
    pin = row.get("pin")
    return str(pin.get("cid")) if isinstance(pin, dict) else ""
