"""What a question about a repository or containers names."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from whisperad import projects

ENVIRON = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}


def soon() -> float:
    return time.monotonic() + 5


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, env=ENVIRON, check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "inside").mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=trunk")
    for name in ("a", "b", "c"):
        (folder / name).write_text(name)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "First things")
    return folder


def test_the_repository_is_named_with_its_branch(repository: Path) -> None:
    found = projects.repository(repository / "inside")
    git(repository, "checkout", "--quiet", "--detach")
    detached = projects.repository(repository)
    git(repository, "worktree", "add", "--quiet", "-b", "other", "../tree")
    tree = projects.repository(repository.parent / "tree")

    assert found.shown == (f"repository {repository}, branch trunk",)
    assert detached.shown[0].startswith(f"repository {repository}, no branch, at ")
    assert tree.shown == (f"repository {repository.parent}/tree, branch other",)


def test_a_folder_outside_any_repository_is_said_to_be(tmp_path: Path) -> None:
    found = projects.changes(tmp_path, ENVIRON, soon())

    assert found.shown == (f"{tmp_path}, which is in no repository",)


def test_what_would_be_lost_is_listed(repository: Path) -> None:
    before = projects.changes(repository, ENVIRON, soon())
    (repository / "a").write_text("changed")
    git(repository, "mv", "b", "new")
    (repository / "untracked").touch()
    after = projects.changes(repository / "inside", ENVIRON, soon())

    assert before.shown[1] == "no changed file"
    assert after.shown[1] == "2 changed files: a, new"
    assert before.marks < after.marks


def test_what_is_changed_is_looked_at_without_starting_anything(
    repository: Path,
) -> None:
    hook = repository / "hook"
    hook.write_text("#!/bin/sh\ntouch started\n")
    hook.chmod(0o755)
    git(repository, "config", "core.fsmonitor", "./hook")
    projects.changes(repository, ENVIRON, soon())

    assert not (repository / "started").exists()


def test_the_last_commit_is_named(repository: Path) -> None:
    found = projects.commit(repository, ENVIRON, soon())

    assert found.shown[1].startswith("commit ")
    assert found.shown[1].endswith(" First things")


def test_what_docker_would_remove_is_listed(tmp_path: Path) -> None:
    (tmp_path / "docker").write_text(
        "#!/bin/sh\n"
        'case "$1 $2" in\n'
        "  'ps --all') echo web; echo db ;;\n"
        "  'network ls') ;;\n"
        "  'images --quiet') echo 1a2b ;;\n"
        "  'compose ps') echo api ;;\n"
        "esac\n"
    )
    (tmp_path / "docker").chmod(0o755)
    environ = {"PATH": str(tmp_path)}
    unused = projects.unused(environ, soon())
    services = projects.services(tmp_path, environ, soon())

    assert unused.shown == (
        "2 stopped containers: web, db",
        "1 dangling image: 1a2b",
        "what is left of builds",
    )
    assert services.shown == (f"1 service of {tmp_path}: api",)


def test_a_program_that_does_not_answer_costs_little_time(tmp_path: Path) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\nexec /bin/sleep 30\n")
    (tmp_path / "docker").chmod(0o755)
    began = time.monotonic()
    found = projects.services(tmp_path, {"PATH": str(tmp_path)}, began + 0.2)

    assert time.monotonic() - began < 5
    assert found.shown == (f"the services of {tmp_path}; they cannot be listed here",)
