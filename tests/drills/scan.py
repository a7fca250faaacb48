"""Looks for secrets in bytes, however they are written: as they are, encoded, compressed, or in part."""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_PART: Final = 12  # characters: a log may cut a secret, and a part of it is still a leak
_MOST: Final = 4 << 20  # bytes to unpack of one stream
_DEEP: Final = 2  # streams in streams
_HEADED: Final = 47  # zlib's word for streams of its own or of gzip
_RAW: Final = -15  # the same for those without a header
_ZLIB: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")


class Scanner:
    """Finds canaries: names, and texts that stand nowhere else."""

    def __init__(self, canaries: Mapping[str, str]) -> None:
        """Look for these; each has at least 24 characters."""
        self._needles = [
            (f"{name} as {how}", text) for name, canary in canaries.items() for how, text in _forms(canary)
        ]

    def scan(self, data: bytes) -> set[str]:
        """What is in `data`, and how."""
        return set(self._found(data, _DEEP))

    def scan_deflated(self, data: bytes) -> set[str]:
        """The same, where a stream without a header may begin at any byte: for short data."""
        streams = (_unpacked(data, at, _RAW) for at in range(len(data)))
        return {leak for stream in streams if len(stream) >= _PART for leak in self._found(stream, 0)}

    def scan_files(self, folder: Path) -> set[str]:
        """The same of every file below `folder`: their content, and their names."""
        leaks: set[str] = set()
        for path in folder.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            leaks |= {f"{leak}, in {path.name}" for leak in self.scan(str(path.name).encode() + b"\n" + content)}
        return leaks

    def _found(self, data: bytes, deep: int) -> Iterator[str]:
        lower = data.lower()  # hexadecimal is written in either case
        for name, text in self._needles:
            if text in data or (name.endswith("hex") and text in lower):
                yield name
        if deep:
            for at in _ZLIB.finditer(data):
                unpacked = _unpacked(data, at.start(), _HEADED)
                for leak in self._found(unpacked, deep - 1) if len(unpacked) >= _PART else ():
                    yield f"{leak}, compressed"


def _forms(canary: str) -> Iterator[tuple[str, bytes]]:
    """Every way to write the canary or a part of it, and bytes that show it."""
    for start in range(0, len(canary) - _PART + 1, _PART):
        part = canary[start : start + _PART].encode()
        yield "it is", part
        yield "hex", part.hex().encode()
        for kind in ("utf-16-le", "utf-16-be", "utf-32-le"):
            yield kind, part.decode().encode(kind)
        for shift in range(3):
            yield "base64", _inner(base64.b64encode(bytes(shift) + part), shift)
            yield "base64", _inner(base64.urlsafe_b64encode(bytes(shift) + part), shift)
    digest = hashlib.sha256(canary.encode())
    yield "sha256", digest.digest()
    yield "sha256 in hex", digest.hexdigest().encode()
    yield "sha256 in base64", base64.b64encode(digest.digest()).rstrip(b"=")


def _inner(encoded: bytes, shift: int) -> bytes:
    """The characters that depend on the text alone, whatever stands before and after it."""
    bits = 8 * (shift + _PART)
    return encoded[-(-8 * shift // 6) : bits // 6]


def _unpacked(data: bytes, start: int, kind: int) -> bytes:
    """What a stream at `start` holds, as far as it is whole; most that look like one are none."""
    stream, parts, size = zlib.decompressobj(wbits=kind), [], 0
    try:
        for at in range(start, len(data), 4096):
            parts.append(stream.decompress(data[at : at + 4096], _MOST))
            size += len(parts[-1])
            if stream.eof or size > _MOST:
                break
    except zlib.error:
        pass
    return b"".join(parts)
