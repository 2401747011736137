"""Serve one page, and nothing else, to whoever asks on this machine."""

from __future__ import annotations

import http.server
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, cast


class PageServer(http.server.ThreadingHTTPServer):
    """Answer `GET /` with a page that is kept in memory.

    Args:
        page: The page.
        host: The address to listen on.
        port: The port; 0 for any that is free.

    Raises:
        OSError: The address is not this machine's, or the port is taken.
    """

    daemon_threads = True

    def __init__(self, page: str, host: str, port: int) -> None:
        self.page = page.encode()
        self.host = host
        self.is_loopback = host == "localhost" or ip_address(host).is_loopback
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{self.host}:{self.server_port}/"

    def speaks_for(self, name: str) -> bool:
        """Tell whether a request's `Host` is one that this server goes by.

        A page of somebody else's can name this machine anything and read what it
        answers; what is served here may be a catalog that nobody else should see.
        """
        host = name.rpartition(":")[0] if ":" in name else name
        return not self.is_loopback or host in {"localhost", self.host}


class _Handler(http.server.BaseHTTPRequestHandler):
    # A client that says nothing is not waited for.
    timeout = 30

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        server = cast("PageServer", self.server)
        page = server.page
        if not server.speaks_for(self.headers.get("Host", "")):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        if self.path.partition("?")[0] != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: what is asked for is always the same page."""
