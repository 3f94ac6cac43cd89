"""What goes wrong in writing into a copy of a file."""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

from gen_ip.errors import FileProblem, GenIPError, shown


class NothingHoldsIt(FileProblem):
    """The file's format has no place for it."""

    def __init__(self, path: object, form: str) -> None:
        self.form = form
        super().__init__(
            path,
            f"is of the format {form}, which has no place for it; a PNG, JPEG, WebP, PDF, EPUB, "
            "DOCX, HTML, Markdown, .safetensors, a workflow saved by ComfyUI's editor and a prompt "
            "in JSON can say inside whose work they are",
        )


class NothingToKeep(FileProblem):
    """No hash of the file's content is known, so that a copy could not be held against it."""

    def __init__(self, path: object, form: str) -> None:
        self.form = form
        super().__init__(
            path,
            f"(format {form}) has no content that a copy could be compared by; for texts in "
            'formats install what reads them: pip install "gen-ip[text]"',
        )


class MalformedContainer(FileProblem):
    """The file's parts do not follow each other as its format wants."""

    def __init__(self, path: object, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"cannot be taken apart ({reason}); save it anew in an editor")


class CopyExists(FileProblem):
    """There is something where the copy was to be written."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "exists already; give another name for the copy")


class NotWritten(FileProblem):
    """The copy cannot be written."""

    def __init__(self, path: object, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"cannot be written ({reason}); give another place for the copy")


class BadSigningIdentity(GenIPError):
    """A certificate chain and key are not of the kind that content credentials are signed with."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"content credentials cannot be signed ({shown(reason)}); give an X.509 chain, the "
            "signer's certificate first, and its key, both as PEM and of ECDSA P-256"
        )


class NotItsFile(FileProblem):
    """The file shows something else than the work it was said to be."""

    def __init__(self, path: object, work: int) -> None:
        self.work = work
        super().__init__(
            path,
            f"is not the file of work {work}; give the certified file, or one of the same content",
        )
