"""Where the index of the user's machine lies."""

from __future__ import annotations

import os
from pathlib import Path


def default_index() -> Path:
    """`GENIP_INDEX`, or `pictures` in the user's folder of data."""
    import platformdirs

    return Path(os.environ.get("GENIP_INDEX") or platformdirs.user_data_path("gen-ip") / "pictures")
