"""Learning: what phrases teach, read in a process of its own, and kept for the next start.

The file that keeps it can go at any time; it is made again.
"""

import asyncio
import hashlib
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from whisperad import adjacency, atomic, draft, learnt, log, neighbours, wire
from whisperad.catalogue import Catalogue
from whisperad.learnt import Learnt

FILE = "learnt"  # in the state folder
_READERS = (adjacency, draft, learnt, neighbours)  # other ones may learn something else
MOST_BYTES = 2**26
_PROOF_BYTES = 32
_DECODER = msgspec.msgpack.Decoder(Learnt)


class Learning:
    """Gives what there is to learn of a catalogue."""

    def __init__(self, shipped: Path, config: Path, state: Path) -> None:
        """`shipped` and `config` are where catalogues are loaded from."""
        self._places = (str(shipped), str(config))
        self._file = state / FILE

    async def learnt(self, catalogue: Catalogue) -> Learnt:
        """Give what a catalogue's phrases teach, quickly if that is kept."""
        kept = await asyncio.to_thread(_read, self._file, catalogue.packs_hash)
        if kept is not None:
            return kept
        try:
            data = await self._apart(catalogue.packs_hash)
            found = _DECODER.decode(data)
        except (OSError, msgspec.DecodeError) as error:
            log.warning("learnt-in-a-thread", message=str(error))
            return await _beside_requests(catalogue)
        with suppress(OSError):  # it is learnt again, then
            await asyncio.to_thread(_write, self._file, catalogue.packs_hash, data)
        return found

    async def _apart(self, packs_hash: str) -> bytes:
        """Learn in a process, which ends when nobody waits for it any more."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "whisperad.learnt"),
            *(*self._places, packs_hash),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            data, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return data


async def _beside_requests(catalogue: Catalogue) -> Learnt:
    """Learn in a thread, which ends when nobody waits for it any more."""
    is_wanted = True
    try:
        return await asyncio.to_thread(learnt.learn, catalogue, lambda: is_wanted)
    finally:
        is_wanted = False


def _read(file: Path, packs_hash: str) -> Learnt | None:
    """Give what is kept of these packs; None if that is something else, or damaged."""
    atomic.clear(file)
    try:
        # A pipe would be waited for, and no file of ours is so large.
        if not file.is_file() or file.stat().st_size > MOST_BYTES:
            return None
        data = memoryview(file.read_bytes())
        proof, kept = data[:_PROOF_BYTES], data[_PROOF_BYTES:]
        return _DECODER.decode(kept) if proof == _proof(packs_hash, kept) else None
    except (OSError, msgspec.DecodeError):
        return None


def _write(file: Path, packs_hash: str, data: bytes) -> None:
    atomic.write(file, _proof(packs_hash, data) + data)


def _proof(packs_hash: str, data: bytes | memoryview) -> bytes:
    """Tell what was learnt from these packs, by this code, from all else."""
    told = f"{wire.VERSION} {packs_hash}"
    digest = hashlib.blake2b(told.encode(), digest_size=_PROOF_BYTES)
    for module in _READERS:
        digest.update(Path(str(module.__file__)).read_bytes())
    digest.update(data)
    return digest.digest()
