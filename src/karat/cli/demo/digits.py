"""Three hundred handwritten digits: scikit-learn's bundled scans, read at run time and drawn at a readable size."""

import io
import zipfile
from dataclasses import dataclass

from PIL import Image

N_DIGITS = 300
_SIDE = 224
_DARKEST = 16
_MARGIN = 2
_FIRMNESS = 2.2
"""How much the enlarged strokes' contrast is raised: at 1 they are a blur."""


@dataclass(frozen=True)
class Digit:
    """One scan: its name, the digit it shows, and its picture."""

    name: str
    truth: str
    png: bytes


def digits() -> list[Digit]:
    """The first 300 scans, which show every digit about 30 times.

    Raises
    ------
    ModuleNotFoundError
        Without scikit-learn, which the extra `karat[demo]` brings.
    """
    from sklearn.datasets import load_digits  # noqa: PLC0415 - a second of imports, once in the life of a demo

    bunch = load_digits()
    return [
        Digit(f"digit-{number:03}.png", str(bunch.target[number]), _png(bunch.images[number].tolist()))
        for number in range(N_DIGITS)
    ]


def as_zip(pictures: list[Digit]) -> bytes:
    """The pictures as a zip archive, as somebody would upload them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for picture in pictures:
            archive.writestr(picture.name, picture.png)
    return buffer.getvalue()


def _png(rows: list[list[float]]) -> bytes:
    """Eight by eight shades of ink on white paper, enlarged smoothly."""
    scan = Image.new("L", (len(rows[0]), len(rows)))
    scan.putdata([255 - round(ink * 255 / _DARKEST) for row in rows for ink in row])
    # A white margin, so that strokes at the edge of the scan end softly.
    page = Image.new("L", (scan.width + 2 * _MARGIN, scan.height + 2 * _MARGIN), 255)
    page.paste(scan, (_MARGIN, _MARGIN))
    large = page.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC).point(_firmer)
    buffer = io.BytesIO()
    large.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _firmer(shade: int) -> int:
    return max(0, min(255, round((shade - 128) * _FIRMNESS + 128)))
