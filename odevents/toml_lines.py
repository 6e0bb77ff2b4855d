"""Where in a TOML file something stands, so that a mistake can be reported with its line."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_INLINE = re.compile(r"""([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*=""")


class Lines:
    """Line numbers, counted from 1, of the tables and keys of a valid TOML text."""

    def __init__(self, text: str) -> None:
        self._found: dict[Path, int] = {}
        counts: dict[Path, int] = {}
        table: Path = ()
        inside = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if inside:
                inside = "" if inside in line else inside
                continue
            if header := _HEADER.match(line):
                table = _parts(header[2])
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                table = _indexed(table, counts)
                self._found.setdefault(table, number)
            elif key := _KEY.match(line):
                path = (*table, *_parts(key[1]))
                self._found.setdefault(path, number)
                for inline in _INLINE.finditer(line, key.end()):
                    self._found.setdefault((*path, *_parts(inline[1])), number)
                inside = _opens(line[key.end() :])

    def of(self, path: Path) -> int:
        """The line of ``path``, or of the nearest thing around it; 1 when nothing of it is in the file."""
        while path and path not in self._found:
            path = path[:-1]
        return self._found.get(path, 1)


def _parts(text: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def _indexed(table: Path, counts: dict[Path, int]) -> Path:
    """Put the index of the current element behind each array of tables on the way."""
    path: list[str | int] = []
    for end in range(1, len(table) + 1):
        path.append(table[end - 1])
        if table[:end] in counts:
            path.append(counts[table[:end]])
    return tuple(path)


def _opens(value: str) -> str:
    """The delimiter of a multi-line string that starts here and does not end here."""
    for delimiter in ('"""', "'''"):
        if value.count(delimiter) == 1:
            return delimiter
    return ""
