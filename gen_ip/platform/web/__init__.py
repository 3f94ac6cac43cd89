"""Certificates at upload for a web site: an ASGI middleware, and the script that its pages load."""

from gen_ip.platform.web.kept import Kept
from gen_ip.platform.web.middleware import Certificates
from gen_ip.platform.web.routes import Who
from gen_ip.platform.web.settings import Settings

__all__ = ["Certificates", "Kept", "Settings", "Who"]
