"""Time-stamp authorities on loopback that answer well or badly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from asn1crypto import tsp

from marketplace.lib import pki, timestamp


@contextmanager
def authority(folder: Path, how: str = "well") -> Iterator[str]:
    """Serves RFC 3161 with the keys of `folder`. `how`: well, error, garbage, refuse, other (stamps something else)."""
    stamper = timestamp.test_stamper(pki.ensure_test_hierarchy(folder))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(500 if how == "error" else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(self.answer(request))

        def answer(self, request: tsp.TimeStampReq) -> bytes:
            if how in {"error", "garbage"}:
                return b"garbage"
            if how == "refuse":
                return tsp.TimeStampResp({"status": {"status": "rejection"}}).dump()  # type: ignore[no-any-return]
            if how == "other":
                request["message_imprint"]["hashed_message"] = b"\0" * 32
            return stamper.answer(request)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stamp(stamper: object, digest: bytes = b"\1" * 32) -> bytes:
    """The digest that a stamper's token names."""
    token = asyncio.run(stamper.async_timestamp(digest, "sha256"))  # type: ignore[attr-defined]
    info = token["content"]["encap_content_info"]["content"].parsed
    return info["message_imprint"]["hashed_message"].native  # type: ignore[no-any-return]
