"""A work's state as a small picture that other sites show."""

from __future__ import annotations

from xml.sax.saxutils import escape


def svg(left: str, right: str, color: str) -> str:
    """An SVG of two boxes with text, of the widths that the letters of most fonts take."""
    one, two = 14 + 6 * len(left), 14 + 6 * len(right)
    text = f"Gen-IP: {left}, {right}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{one + two}" height="20" role="img" '
        f'aria-label="{escape(text)}"><title>{escape(text)}</title>'
        f'<rect width="{one}" height="20" fill="#1d2939"/>'
        f'<rect x="{one}" width="{two}" height="20" fill="{color}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="10" '
        'text-anchor="middle">'
        f'<text x="{one / 2}" y="14">{escape(left)}</text>'
        f'<text x="{one + two / 2}" y="14">{escape(right)}</text></g></svg>'
    )
