"""Draws a certificate's QR, as SVG."""

from __future__ import annotations

import io

_LEVEL = "m"  # 15 % of it may be lost: a fold, a stamp


def qr_svg(address: str, digits: str) -> str:
    """``digits`` follow the address behind ``#``, in the mode in which they take the least room; empty: the address
    alone."""
    import segno  # `serve` knows this module, and draws nothing

    parts = [address, "#", digits] if digits else [address]
    qr = segno.make(parts, error=_LEVEL, micro=False, boost_error=False)  # type: ignore[arg-type] # a list of segments
    drawn = io.BytesIO()
    qr.save(drawn, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return drawn.getvalue().decode()
