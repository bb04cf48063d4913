"""Light packages: single files of a library, without all that the library imports itself.

What is never imported takes neither time at the start nor memory.
"""

import importlib.util
import sys


def lighten(package: str) -> None:
    """Let modules of a package be imported without running its own `__init__`.

    Does nothing where the package is loaded already. Of packages in packages the outer
    ones come first: to look for an inner one imports what it is in.
    """
    if package not in sys.modules:
        spec = importlib.util.find_spec(package)
        assert spec is not None, package
        sys.modules[package] = importlib.util.module_from_spec(spec)
