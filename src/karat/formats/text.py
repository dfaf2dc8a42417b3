"""Lines of text out of a file of any size: the encoding is checked, and no line can fill the memory."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from karat.formats.problems import ProblemList, refusal

_BLOCK = 1 << 20
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16, so it is asked for first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


_UTF_8 = ("utf-8", "utf-8-sig")


def encoding_of(path: Path) -> str:
    """The encoding by the file's byte order mark; UTF-8 without one."""
    with path.open("rb") as file:
        start = file.read(4)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding
    return "utf-8"


def lines(
    path: Path, encoding: str, *, max_line_bytes: int, file_name: str, nul_problems: ProblemList | None = None
) -> Iterator[str]:
    """The lines with their ends, as the csv module wants them: no line end is translated.

    Where there is a list for them, NUL characters are problems: the csv module takes them for characters like any
    other, databases and editors do not.

    Raises
    ------
    Invalid
        When a line is longer than `max_line_bytes`, or the text is not what the encoding says; names line and byte.
    """
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            if encoding in _UTF_8 and _is_plain(path, max_line_bytes):
                yield from file
                return
            while line := file.readline(max_line_bytes):
                number += 1
                if len(line) >= max_line_bytes and line[-1] not in "\r\n":
                    raise refusal(
                        file_name,
                        f"line {number}",
                        f"is longer than {max_line_bytes:,} bytes. A quote may be open, or line ends may be missing; "
                        "else split the item, or raise KARAT_MAX_FIELD_BYTES.",
                    )
                if nul_problems is not None and "\0" in line:
                    nul_problems.add(f"line {number}", "contains a NUL byte. Remove it; text does not have any.")
                yield line
    except UnicodeDecodeError:
        raise _not_decodable(path, encoding, file_name) from None


def _is_plain(path: Path, max_line_bytes: int) -> bool:
    """Whether no line can be too long and none has a NUL: then none needs to be looked at, which takes time."""
    if max_line_bytes < 2 * _BLOCK:
        return False
    with path.open("rb") as file:
        return all(b"\n" in block and b"\0" not in block for block in iter(lambda: file.read(_BLOCK), b""))


def _not_decodable(path: Path, encoding: str, file_name: str) -> Exception:
    """The refusal with the place of the first byte that does not belong; only now is the place worth a reading."""
    if encoding not in _UTF_8:
        return refusal(file_name, "the text", f"is not {encoding.upper()}, as its first bytes say. Save it as UTF-8.")
    offset, line, bad = first_bad_byte(path)
    return refusal(
        file_name,
        f"line {line}",
        f"is not UTF-8: byte 0x{bad:02x} at offset {offset:,} does not belong there. The file may be in Latin-1 or "
        "Windows-1252; save it as UTF-8.",
    )


def first_bad_byte(path: Path) -> tuple[int, int, int]:
    """Offset, line (from 1) and value of the first byte that is not UTF-8. There must be one."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset, line = 0, 1
    with path.open("rb") as file:
        while True:
            pending = decoder.getstate()[0]
            block = file.read(_BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                data = pending + block
                line += data.count(b"\n", 0, error.start)
                return offset - len(pending) + error.start, line, data[error.start]
            assert block, "the file is UTF-8 after all"
            line += block.count(b"\n")
            offset += len(block)
