"""What a run over a folder asks of the client."""

from __future__ import annotations

from gen_ip.methods.anchoring import Anchoring
from gen_ip.methods.certifying import Certifying


class Certifier(Certifying, Anchoring):
    """See `gen_ip.client.GenIP`."""
