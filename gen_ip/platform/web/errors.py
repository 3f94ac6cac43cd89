"""What goes wrong between a site's visitors and its uploads."""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

from gen_ip.errors import GenIPError, shown


class UploadProblem(GenIPError):
    """Root of what a visitor's request for a certificate fails by."""


class UnknownPrepared(UploadProblem):
    """Nothing waits for this visitor's signature under this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"nothing waits to be signed as {shown(name)}, or not for this account; upload the "
            "file again (what is not signed within a day is gone)"
        )


class TooManyPrepared(UploadProblem):
    """A visitor had more uploads prepared within a day than the site allows."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            f"at most {most:,} uploads are prepared within a day; sign those that wait, or come "
            "back tomorrow"
        )


class NotOffered(UploadProblem):
    """The site offers no such terms or token; or the upload sells no such license."""

    def __init__(self, what: str, given: str, known: object) -> None:
        self.what, self.given, self.known = what, given, known
        super().__init__(f"there is no {what} {shown(given)} here; take one of {known}")


class NoLicense(UploadProblem):
    """Who uploads a derivative holds no license to make one."""

    def __init__(self, parent: int) -> None:
        self.parent = parent
        super().__init__(
            f"the account holds no license to derive from work {parent}; buy one first, or leave "
            "the parent out if the file was not made from it"
        )


class DelegationOver(UploadProblem):
    """What a creator signed once for all uploads does not cover this one, or no longer holds."""

    def __init__(self, creator: str, reason: str) -> None:
        self.creator, self.reason = creator, reason
        super().__init__(
            f"what {creator} signed once for all uploads does not do for this one ({reason}); "
            "upload the file again and sign it by itself"
        )


class NoAnswer(UploadProblem):
    """A request for a certificate is not what it should be."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}; {remedy}")
