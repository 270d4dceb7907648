"""Is a photograph out of focus? How steep its edges are, measured against the contrast around them.

Of the measures tried on 180 pages the one that took no good picture for a bad one. It is said and never refused for:
whoever holds the paper knows better.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LOOKED_AT = 1600  # pixels of the longer side
_TILE = 40
_INK = 28.0  # of 255: with less contrast a tile is bare paper, noise or background
_FEWEST = 12  # tiles with ink, else nothing can be said
_STEEP = 0.24


def is_blurred(picture: Image.Image) -> bool:
    grey = picture.convert("L")
    grey.thumbnail((_LOOKED_AT, _LOOKED_AT), Image.Resampling.BILINEAR)
    steepness = _steepness(np.asarray(grey, dtype=np.float32))
    return steepness.size >= _FEWEST and float(np.percentile(steepness, 75)) < _STEEP


def _steepness(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each tile with ink on it: its steepest step from one pixel to the next, as a share of its contrast."""
    rows, columns = (side // _TILE * _TILE for side in pixels.shape)
    if not rows or not columns:
        return np.empty(0, dtype=np.float32)
    pixels = pixels[:rows, :columns]
    steps = np.zeros_like(pixels)
    steps[:, 1:] = np.abs(np.diff(pixels, axis=1))
    steps[1:, :] = np.maximum(steps[1:, :], np.abs(np.diff(pixels, axis=0)))
    tiles, steepest = _tiles(pixels), _tiles(steps)
    low, high = np.percentile(tiles, [2, 98], axis=1)
    contrast = high - low
    inked = contrast > _INK
    return np.asarray(np.percentile(steepest[inked], 98, axis=1) / contrast[inked], dtype=np.float32)


def _tiles(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    rows, columns = pixels.shape
    cut = pixels.reshape(rows // _TILE, _TILE, columns // _TILE, _TILE).swapaxes(1, 2)
    return cut.reshape(-1, _TILE * _TILE)
