"""Three hundred handwritten digits: scikit-learn's bundled scans, read at run time and drawn at a readable size."""

import io
import zipfile
from dataclasses import dataclass

from PIL import Image

N_DIGITS = 300
_SIDE = 224
_DARKEST = 16


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
    small = Image.new("L", (len(rows[0]), len(rows)))
    small.putdata([255 - round(ink * 255 / _DARKEST) for row in rows for ink in row])
    # A white margin, so that no stroke touches the frame.
    page = Image.new("L", (_SIDE, _SIDE), 255)
    inner = small.resize((_SIDE * 3 // 4, _SIDE * 3 // 4), Image.Resampling.BICUBIC)
    page.paste(inner, ((_SIDE - inner.width) // 2, (_SIDE - inner.height) // 2))
    buffer = io.BytesIO()
    page.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
