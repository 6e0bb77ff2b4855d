"""The methods that need more than the general rules of ``read.py`` and ``write.py``: one file per resource.

Importing this package registers them all.
"""

from __future__ import annotations

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
