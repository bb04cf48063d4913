"""Projects: the repository, the commit and the containers that a command is about."""

import os
from collections.abc import Mapping
from pathlib import Path

from whisperad.found import Found, counted, output, some

_MAX_HEAD_BYTES = 4096
# What a repository's own settings would start is not for somebody who only looks.
_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false")
_STATUS = ("status", "--porcelain", "-z", "--untracked-files=no")
_COMMIT = ("log", "-1", "--no-show-signature", "--format=%h %s")
_UNUSED = {
    "stopped container": (
        *("docker", "ps", "--all", "--format", "{{.Names}}"),
        *("--filter", "status=exited", "--filter", "status=created"),
        *("--filter", "status=dead"),
    ),
    "unused network": (
        *("docker", "network", "ls", "--format", "{{.Name}}"),
        *("--filter", "dangling=true", "--filter", "type=custom"),
    ),
    "dangling image": (*("docker", "images", "--quiet", "--filter", "dangling=true"),),
}


def repository(cwd: Path) -> Found:
    """See which repository and branch a folder is of."""
    for folder in (cwd, *cwd.parents):
        git = folder / ".git"
        if os.path.lexists(git):
            shown = f"repository {folder}, {_branch(git)}"
            return Found((shown,), frozenset({shown}))
    return Found((f"{cwd}, which is in no repository",))


def _branch(git: Path) -> str:
    try:
        if git.is_file():  # a work tree of a repository that is elsewhere
            pointer = git.read_bytes()[:_MAX_HEAD_BYTES].decode(errors="replace")
            git = git.parent / pointer.removeprefix("gitdir:").strip()
        with (git / "HEAD").open("rb") as file:
            head = file.read(_MAX_HEAD_BYTES).decode(errors="replace").strip()
    except (OSError, ValueError):
        return "of an unknown branch"
    if head.startswith("ref: "):
        return f"branch {head.removeprefix('ref: ').removeprefix('refs/heads/')}"
    return f"no branch, at {head[:10]}"


def changes(cwd: Path, environ: Mapping[str, str], ends: float) -> Found:
    """See what is changed in a repository and not committed."""
    where = repository(cwd)
    said = output((*_GIT, *_STATUS), environ, ends, cwd)
    if said is None:
        return where
    entries = iter(said.split("\0"))
    files = []
    for entry in entries:
        if entry:
            files.append(entry[3:])
        if entry[:1] in {"R", "C"}:
            next(entries, None)  # the name it had before
    listed = f"{counted(len(files), 'changed file')}: {some(files)}"
    shown = (listed,) if files else ("no changed file",)
    marks = where.marks | frozenset(files)
    return Found((*where.shown, *shown), marks)


def commit(cwd: Path, environ: Mapping[str, str], ends: float) -> Found:
    """See which commit is the last of a repository."""
    where = repository(cwd)
    said = (output((*_GIT, *_COMMIT), environ, ends, cwd) or "").strip()
    if not said:
        return where
    shown = f"commit {said}"
    return Found((*where.shown, shown), where.marks | {shown})


def services(cwd: Path, environ: Mapping[str, str], ends: float) -> Found:
    """See which services of a folder's compose file run."""
    asked = ("docker", "compose", "ps", "--services")
    names = (output(asked, environ, ends, cwd) or "").split()
    if not names:
        return Found((f"the services of {cwd}; they cannot be listed here",))
    shown = f"{counted(len(names), 'service')} of {cwd}: {some(names)}"
    return Found((shown,), frozenset(names))


def unused(environ: Mapping[str, str], ends: float) -> Found:
    """See what docker has that nothing uses."""
    lines: list[str] = []
    marks: set[str] = set()
    for what, asked in _UNUSED.items():
        names = (output(asked, environ, ends) or "").split()
        if names:
            lines.append(f"{counted(len(names), what)}: {some(names)}")
            marks |= {f"{what}\0{name}" for name in names}
    return Found((*lines, "what is left of builds"), frozenset(marks))
