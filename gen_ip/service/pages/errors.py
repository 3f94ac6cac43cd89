"""What cannot be answered, said to people."""

from __future__ import annotations

from fastapi import Request, Response

from gen_ip.service.pages.rendering import Page


def page(request: Request, status: int, detail: str, request_id: str) -> Response:
    """A problem as a page; `detail` is what programs are told as well."""
    values = {"detail": detail, "request_id": request_id, "status": status}
    return Page(request).answer("error.html", values, status=status)
