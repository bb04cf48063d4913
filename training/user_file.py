"""The user's file: which model it names, changed without touching anything else."""

import json
import os
import re
import shutil
from pathlib import Path

import msgspec

from whisperad import settings
from whisperad.catalogue import USER_FILE
from whisperad.errors import BadConfig
from whisperad.pack import UserFile
from whisperad.settings import Preferences


def preferences(config: Path) -> Preferences:
    """Read the settings. Raises `BadConfig` if the file is not as it should be."""
    text = _text(config)
    try:
        given = msgspec.json.decode(text or "{}", type=UserFile)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadConfig((f"{config / USER_FILE}: {error}",)) from error
    return settings.preferences(given.settings, config)


def name_model(config: Path, model: str | None) -> bool:
    """Have the file name a model, or none; everything else in it stays.

    Gives False if it is so already. Raises `BadConfig` and changes nothing if the file
    is broken.
    """
    if preferences(config).model == model:
        return False
    text = _text(config)
    content = json.loads(text or "{}")
    chosen = content.setdefault("settings", {})
    if model is None:
        del chosen["model"]
    else:
        chosen["model"] = model
    written = json.dumps(content, indent=_indent(text), ensure_ascii=False)
    _replace(_file(config), written + "\n")
    return True


def _file(config: Path) -> Path:
    """Give the file itself: it may be a link into a folder of such files."""
    return Path(os.path.realpath(config / USER_FILE))


def _text(config: Path) -> str:
    try:
        return _file(config).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise BadConfig((f"{config / USER_FILE}: {error.strerror}",)) from error
    except UnicodeDecodeError as error:
        raise BadConfig((f"{config / USER_FILE}: {error}",)) from error


def _indent(text: str) -> str | None:
    """Give how lines of the file are indented; None if all is on one line."""
    if not text.strip():
        return "  "
    found = re.search(r'\n([ \t]+)"', text)
    return found[1] if found else None


def _replace(path: Path, text: str) -> None:
    """Write a file so that it is never seen half."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, partial)
        partial.replace(path)
    except OSError as error:
        raise BadConfig((f"{path}: {error.strerror}",)) from error
