"""The mock over HTTP, on loopback."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from extractor.model.mock.server import Mock


def serve(mock: Mock, port: int = 0) -> ThreadingHTTPServer:
    """A server on 127.0.0.1, ready to ``serve_forever``; port 0 picks a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            reply = mock.reply(body)
            if reply.seconds:
                time.sleep(reply.seconds)
            if reply.dropped:
                self.close_connection = True
                with contextlib.suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
                return
            data = json.dumps(reply.body if reply.status == 200 else {"error": reply.error}).encode()
            with contextlib.suppress(OSError):  # a client that waited no longer
                self.send_response(reply.status)
                for name, value in {**reply.headers, "content-type": "application/json"}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what is asked holds letters."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server
