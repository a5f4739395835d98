"""The mock over HTTP, on loopback."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from extractor.model.mock.batches import Batches
from extractor.model.mock.server import Mock


def serve(mock: Mock, port: int = 0, batches: Batches | None = None) -> ThreadingHTTPServer:
    """A server on 127.0.0.1, ready to ``serve_forever``; port 0 picks a free one."""
    held = batches or Batches(mock)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, data = held.answer("GET", self.path, "", b"") or (404, b"{}")
            self._send(status, {}, data)

        def do_DELETE(self) -> None:
            status, data = held.answer("DELETE", self.path, "", b"") or (404, b"{}")
            self._send(status, {}, data)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"]))
            came = time.monotonic()
            if (answer := held.answer("POST", self.path, self.headers["content-type"], sent)) is not None:
                self._send(answer[0], {}, answer[1])
                return
            reply = mock.reply(json.loads(sent))
            # Making the answer up is part of the time that it takes.
            time.sleep(max(0.0, came + reply.seconds - time.monotonic()))
            if reply.dropped:
                self.close_connection = True
                with contextlib.suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
                return
            data = json.dumps(reply.body if reply.status == 200 else {"error": reply.error}).encode()
            self._send(reply.status, reply.headers, data)

        def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
            with contextlib.suppress(OSError):  # a client that waited no longer
                self.send_response(status)
                for name, value in {**headers, "content-type": "application/json"}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what is asked holds letters."""

    return _Server(("127.0.0.1", port), Handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients are killed while they speak."""


@contextlib.contextmanager
def served(mock: Mock, batches: Batches | None = None) -> Iterator[str]:
    """The mock's address, while it serves from a thread."""
    server = serve(mock, batches=batches)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
