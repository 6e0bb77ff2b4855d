"""What must not be in our code, whatever other tools think of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from checks.finding import Finding

PACKAGES = ("odevents", "workers", "checks", "bench")
_MODULES = {"pickle": "pickle", "cPickle": "pickle", "dill": "pickle", "shelve": "pickle", "marshal": "marshal"}
_BUILT_IN = {"eval", "exec"}
_METHODS = {("yaml", "load"): "yaml.load", ("os", "system"): "a shell", ("os", "popen"): "a shell"}
_SWITCHES = {"shell": True, "verify": False, "follow_redirects": True, "trust_env": True}


def look(root: Path) -> Iterator[Finding]:
    """Look at our packages."""
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            name = file.relative_to(root).as_posix()
            yield from (Finding(name, line, what) for line, what in broken_in(file.read_text(encoding="utf-8")))


def broken_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and rule of every breach in one module."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, _MODULES[n.name]) for n in names if n.name in _MODULES)
            case ast.ImportFrom(module=str(module)) if module in _MODULES:
                yield node.lineno, _MODULES[module]
            case ast.Call():
                yield from ((node.lineno, what) for what in _of_call(node))


def _of_call(call: ast.Call) -> Iterator[str]:
    match call.func:
        case ast.Name(id=name) if name in _BUILT_IN:
            yield name
        case ast.Attribute(value=ast.Name(id=module), attr=name) if (module, name) in _METHODS:
            yield _METHODS[module, name]
    for keyword in call.keywords:
        match keyword.value:
            case ast.Constant(value=bool(value)) if _SWITCHES.get(keyword.arg or "") is value:
                yield f"{keyword.arg}={value}"
