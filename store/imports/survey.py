"""What a file is, before it is read as a table: its bytes counted, hashed, and their encoding found.

One pass over the whole file, because a sample proves nothing: the one é that
makes a file cp1252 may stand in its last line.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError

_CHUNK = 1 << 20
_SAMPLE = 1 << 18
_LONGEST_LINE = 16 << 20
# Byte order marks, longest first: that of UTF-16 LE begins that of UTF-32 LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TABLES = (
    (b"PK\x03\x04", "a spreadsheet (XLSX, ODS) or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (XLS)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a word processor's document (RTF)"),
)
_HIGH_RUN = re.compile(rb"[\xc0-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_SYMBOL_IN_WORD = re.compile(rb"[A-Za-z][\xa1-\xbe]|[\xa2-\xbe][a-z]")  # read as cp1252
_OTHER_SCRIPTS = (
    "cp1251",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp932",
    "gb18030",
    "big5",
    "euc_kr",
    "koi8_r",
    "cp874",
    "cp1252",
)


@dataclass(frozen=True, slots=True)
class Survey:
    """A file's identity and how to decode it."""

    path: Path
    sha256: str  # hex, of the bytes as they are
    lines: int  # about: for a progress bar
    encoding: str  # a Python codec name


def survey(path: Path, encoding: str = "") -> Survey:
    """Look at every byte of `path` once; `encoding` overrules what would be found.

    Raises:
        UsageError: unreadable, empty, not a text table, or not text in `encoding`.
    """
    hasher, size, lines = hashlib.sha256(), 0, 0
    sample = b""
    try:
        with path.open("rb") as file:
            probe = _Probe()
            while chunk := file.read(_CHUNK):
                if not size:
                    _refuse_other_kinds(path, chunk)
                    sample = chunk[:_SAMPLE]
                hasher.update(chunk)
                size += len(chunk)
                lines += chunk.count(b"\n")
                probe.feed(path, chunk)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if not size or not sample.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise UsageError(f"{path} is empty; nothing was imported")
    found = encoding or _encoding(sample, probe)
    if found != "utf-8" or not probe.utf8_to_the_end():
        _prove(path, found)
    return Survey(path, hasher.hexdigest(), lines + 1, found)


class _Probe:
    """Watches the chunks go by: are they UTF-8 to the end, and which bytes are not ASCII?"""

    def __init__(self) -> None:
        self._utf8 = True
        self.high = b""  # the lines with bytes above ASCII, as far as they fit
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._since_line = 0

    def feed(self, path: Path, chunk: bytes) -> None:
        """Take one chunk.

        Raises:
            UsageError: a line no table has.
        """
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._since_line = self._since_line + len(chunk) if last < 0 else len(chunk) - last
        if self._since_line > _LONGEST_LINE:
            raise UsageError(
                f"{path} has a line of more than {_LONGEST_LINE >> 20} MB, so it is no CSV table"
            )
        if self._utf8:
            self._decode(chunk)
        if len(self.high) < _SAMPLE and not chunk.isascii():
            lines = (line for line in chunk.splitlines() if not line.isascii())
            self.high += b"\n".join(lines)[:_SAMPLE] + b"\n"

    def utf8_to_the_end(self) -> bool:
        """True when everything fed is UTF-8 and ends with a whole character."""
        if self._utf8:
            self._decode(b"", final=True)
        return self._utf8

    def _decode(self, chunk: bytes, *, final: bool = False) -> None:
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._utf8 = False


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    for magic, kind in _NOT_TABLES:
        if head.startswith(magic):
            raise UsageError(
                f'{path} is {kind}, not a text table; open it and "save as CSV", then import that'
            )


def _encoding(sample: bytes, probe: _Probe) -> str:
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if wide := _utf16_without_mark(sample):
        return wide
    return "utf-8" if probe.utf8_to_the_end() else _eight_bit(probe.high)


def _utf16_without_mark(sample: bytes) -> str:
    """UTF-16 of mostly Latin text shows as a NUL in every other byte."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    return ""


def _eight_bit(high: bytes) -> str:
    """The code page of bytes that are not UTF-8.

    In Western text (cp1252) an accented letter stands among plain ones, and no
    symbol inside a word; a symbol there is a letter of Central Europe (cp1250).
    Runs of high bytes are another script, and for those statistics decide.
    """
    in_runs = sum(len(run) for run in _HIGH_RUN.findall(high))
    if in_runs * 3 >= len(_HIGH.findall(high)):
        from charset_normalizer import from_bytes

        best = from_bytes(high, cp_isolation=list(_OTHER_SCRIPTS)).best()
        return best.encoding if best is not None else "latin-1"
    page = "cp1250" if _SYMBOL_IN_WORD.search(high) else "cp1252"
    return page if _decodes(high, page) else "latin-1"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _prove(path: Path, encoding: str) -> None:
    """Decode the whole file once, so that no row fails half-way."""
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(_CHUNK):
                pass
    except LookupError:
        raise UsageError(f'no encoding is called "{encoding}"; try utf-8, cp1252 or utf-16') from None
    except UnicodeError as error:
        raise UsageError(
            f"{path} is not text in {encoding} ({error}); say which encoding it has with --encoding"
        ) from error
