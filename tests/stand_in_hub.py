"""A stand-in for the Hugging Face hub: serves a folder over HTTP, well or badly.

Speaks as much of the hub's protocol as fetching a model takes: what files there are,
their sizes and hashes, HEAD, GET, and GET of a range.
"""

import hashlib
import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

REPO = "Qwen/Qwen-Tiny"  # that tests ask it for
REVISION = "5e" * 20
LARGE_BYTES = 50_000  # from here on a file is "LFS", whose hash the hub tells


class Hub(ThreadingHTTPServer):
    """A hub with one model; its attributes make it misbehave."""

    daemon_threads = True

    def __init__(self, repo: str, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.repo = repo
        self.folder = folder
        self.breaks = 0  # how often a large file breaks off
        self.breaks_after = LARGE_BYTES // 2  # bytes, each time
        self.waits = threading.Event()  # if cleared, a large file stays in the middle
        self.waits.set()
        self.reached = threading.Event()  # the middle, that is
        self.told_bytes: dict[str, int] = {}  # sizes to lie about
        self.status = 0  # of every answer, if not zero
        self.ranges: list[tuple[str, int]] = []  # files asked for, and from where on
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """What `HF_ENDPOINT` is to say."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def asked_for(self) -> list[str]:
        """The names of files that were asked for, in order."""
        return [name for name, _ in self.ranges]

    def described(self) -> dict[str, Any]:
        """Give what the hub says of its model."""
        return {
            "id": self.repo,
            "sha": REVISION,
            "siblings": [self._sibling(p) for p in sorted(self.folder.iterdir())],
        }

    def _sibling(self, path: Path) -> dict[str, Any]:
        content = path.read_bytes()
        size = self.told_bytes.get(path.name, len(content))
        sibling: dict[str, Any] = {"rfilename": path.name, "size": size}
        sibling["blobId"] = "0" * 40
        if size >= LARGE_BYTES:
            digest = hashlib.sha256(content).hexdigest()
            sibling["lfs"] = {"size": size, "sha256": digest, "pointerSize": 100}
        return sibling

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.waits.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def do_HEAD(self) -> None:  # the library calls it so
        """Answer as GET does, without a body."""
        self._answer(with_body=False)

    def do_GET(self) -> None:  # the library calls it so
        """Describe the model or give one of its files."""
        self._answer(with_body=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # theirs
        """Say nothing."""

    def _answer(self, *, with_body: bool) -> None:
        hub = self.server
        path = self.path.partition("?")[0]
        file = path.removeprefix(f"/{hub.repo}/resolve/{REVISION}/")
        if hub.status:
            self._say(hub.status, b"busy")
        elif path == f"/api/models/{hub.repo}":
            self._say(200, json.dumps(hub.described()).encode())
        elif path != file and (hub.folder / file).is_file():
            self._give(hub.folder / file, with_body)
        else:
            code = "RepoNotFound" if path.startswith("/api") else "EntryNotFound"
            self._say(404, b"{}", {"X-Error-Code": code})

    def _give(self, file: Path, with_body: bool) -> None:
        content = file.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        begin = int(asked[1]) if asked else 0
        headers = {"ETag": f'"{file.name}"', "X-Repo-Commit": REVISION}
        if asked:
            headers["Content-Range"] = (
                f"bytes {begin}-{len(content) - 1}/{len(content)}"
            )
        if not with_body:
            self._say(200, b"", {**headers, "Content-Length": str(len(content))})
            return
        self.server.ranges.append((file.name, begin))
        body = content[begin:]
        if len(content) < LARGE_BYTES:
            self._say(206 if asked else 200, body, headers)
            return
        half = self.server.breaks_after
        self._say(206 if asked else 200, body, headers, now=half)
        self.server.reached.set()
        self.server.waits.wait()
        if self.server.breaks:
            self.server.breaks -= 1
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            self.wfile.write(body[half:])

    def _say(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        now: int | None = None,
    ) -> None:
        self.send_response(status)
        given = {"Content-Length": str(len(body)), **(headers or {})}
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:now])
        self.wfile.flush()
