"""The kinds of works that a certificate tells apart."""

from __future__ import annotations

from typing import Literal

Kind = Literal["image", "text", "model", "workflow", "prompt", "audio", "video", "other"]
