"""What the Hugging Face hub has of a model, and fetching it so that it can go on.

`huggingface_hub` finds the hub (`HF_ENDPOINT`, tokens, proxies), but throws a download
away when it breaks off; here what has come stays in a `.part` file, and the next try
asks for the rest.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import msgspec
from huggingface_hub import HfApi, constants, get_session, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # lazily exported
    build_hf_headers,
    hf_raise_for_status,
)

from training.hashes import file_hash
from whisperad.errors import CannotFetch

NEEDED = ("config.json", "tokenizer.json")
KEPT = (*NEEDED, "tokenizer_config.json", "generation_config.json", "LICENSE")
WEIGHTS = re.compile(r"model[\w.-]*\.safetensors(\.index\.json)?")

TIMEOUT_S = 10.0  # without a byte
TRIES = 5  # in a row that bring nothing
PAUSE_S = 0.5  # after the first of them; longer each time

Progress = Callable[[int], None]  # bytes that are there now, of all files


class File(msgspec.Struct, frozen=True):
    """A file on the hub."""

    name: str
    bytes: int
    sha256: str | None  # known of large files


class Offer(msgspec.Struct, frozen=True):
    """The files of a model that are needed, at one revision."""

    repo: str
    revision: str
    files: tuple[File, ...]

    @property
    def bytes(self) -> int:
        """Give how much there is to fetch."""
        return sum(file.bytes for file in self.files)

    @property
    def weights_bytes(self) -> int:
        """Give the size of the weights alone."""
        return sum(file.bytes for file in self.files if WEIGHTS.fullmatch(file.name))


def offer(repo: str) -> Offer:
    """Ask the hub for a model. Raises `CannotFetch`."""
    with _understood(repo):
        info = HfApi().model_info(repo, files_metadata=True, timeout=TIMEOUT_S)
    files = tuple(
        File(found.rfilename, found.size or 0, found.lfs.sha256 if found.lfs else None)
        for found in info.siblings or ()
        if found.rfilename in KEPT or WEIGHTS.fullmatch(found.rfilename)
    )
    names = {file.name for file in files}
    missing = [name for name in NEEDED if name not in names]
    if not any(name.endswith(".safetensors") for name in names):
        missing.append("model.safetensors")
    if missing or not info.sha:
        raise CannotFetch(
            f"{repo}: expected {' and '.join(missing)} at {constants.ENDPOINT}, found"
            " none; take the model in its original form"
        )
    return Offer(repo, info.sha, files)


def fetch(offered: Offer, file: File, folder: Path, progress: Progress) -> None:
    """Fetch one file, going on where an earlier try ended. Raises `CannotFetch`."""
    target = folder / file.name
    part = target.with_name(f"{file.name}.part")
    tries = 0
    while not target.exists():
        have = _size(part)
        if have == file.bytes and part.exists():
            _check(offered, file, part)
            part.replace(target)
        elif have > file.bytes:
            part.unlink()
            raise _damaged(offered, file)
        else:
            try:
                with _understood(offered.repo):
                    _receive(offered, file, part, progress)
            except CannotFetch as error:
                tries = 1 if _size(part) > have else tries + 1
                if tries == TRIES or not _may_pass(error.__cause__):
                    raise
                time.sleep(PAUSE_S * tries)


def _check(offered: Offer, file: File, part: Path) -> None:
    """Throw a part away, and raise, if it is whole but not what the hub promised."""
    if file.sha256 is not None and file_hash(part) != file.sha256:
        part.unlink()
        raise _damaged(offered, file)


def _damaged(offered: Offer, file: File) -> CannotFetch:
    return CannotFetch(
        f"{offered.repo}: {file.name} came damaged and was thrown away; try again"
    )


def _may_pass(error: BaseException | None) -> bool:
    """Say whether it may be better in a moment."""
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        return status >= 500 or status == httpx2.codes.TOO_MANY_REQUESTS
    return isinstance(error, httpx2.TransportError)


def fetched(offered: Offer, folder: Path) -> int:
    """Give how many bytes of an offer are there already."""
    names = [file.name for file in offered.files]
    return sum(_size(folder / name) or _size(folder / f"{name}.part") for name in names)


def _receive(offered: Offer, file: File, part: Path, progress: Progress) -> None:
    """Add to a part what one answer of the hub brings."""
    have = _size(part)
    headers = build_hf_headers() | {"accept-encoding": "identity"}
    if have:
        headers["range"] = f"bytes={have}-"
    url = hf_hub_url(offered.repo, file.name, revision=offered.revision)
    with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT_S) as answer:
        hf_raise_for_status(answer)
        goes_on = answer.status_code == httpx2.codes.PARTIAL_CONTENT
        with part.open("ab" if goes_on else "wb") as output:
            for chunk in answer.iter_bytes():
                output.write(chunk)
                output.flush()
                progress(fetched(offered, part.parent))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@contextmanager
def _understood(repo: str) -> Iterator[None]:
    """Say in `CannotFetch` what went wrong with the hub, and what to do."""
    hub = constants.ENDPOINT
    try:
        yield
    except GatedRepoError as error:
        raise CannotFetch(
            f"{repo}: its owner wants you to agree to something first; do so at"
            f" {hub}/{repo} and log in with `hf auth login`"
        ) from error
    except RepositoryNotFoundError as error:
        raise CannotFetch(
            f'no model is called "{repo}" at {hub}; a private one needs `hf auth login`'
        ) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise CannotFetch(f"{repo}: {hub} answered with status {status}") from error
    except HFValidationError as error:
        raise CannotFetch(f"{repo}: {error}") from error
    except OfflineModeIsEnabled as error:
        raise CannotFetch(
            f"{repo} is not on this machine, and HF_HUB_OFFLINE forbids to fetch it"
        ) from error
    except httpx2.HTTPError as error:
        raise CannotFetch(
            f"{repo}: {hub} cannot be reached or broke off ({error}); what has come is"
            " kept: say it again to go on"
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise CannotFetch(
            f"{repo}: {hub} answered, but not as a hub; is there a page to sign in to?"
        ) from error
