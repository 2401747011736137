"""A tracing backend on this machine, with glossed spans in it.

    pip install 'codegloss[otel]' opentelemetry-exporter-otlp-proto-http
    python -m venv backend && backend/bin/pip install arize-phoenix  # some 900 MB
    python examples/tracing_backend.py --phoenix backend/bin/phoenix --keep

Starts Phoenix on loopback, sends the spans of calls that fail in vendors' SDKs, asks
the backend for every vendor error that a retry cannot cure, by product, and prints
where to look at one. With --keep the backend stays until Enter is pressed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Tracer

from codegloss.otel import GlossSpanProcessor

PROJECT = "codegloss"
# Phoenix takes the dots in the names of attributes for nesting.
NOT_RETRYABLE = "attributes['codegloss']['retryable'] == False"
QUERY = """query($id: ID!, $filter: String!) {
  node(id: $id) { ... on Project {
    spans(first: 100, filterCondition: $filter) {
      edges { node { id name attributes trace { traceId } } }
    }
  } }
}"""


class RoomError(Exception):
    """An error as a vendor's SDK raises it: all it knows is a number."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


# Where a span comes from, its name, what the SDK raises, and what the span knows.
CALLS = [
    ("tencent.live", "join room", RoomError("join failed", 100018), {"room": "r-77"}),
    ("tencent.live", "create room", RoomError("create failed", 100012), {}),
    (
        "app.rooms",
        "create meeting room",
        RoomError("room exists", 1017),
        {"server.address": "roomkit.netease.im"},
    ),
    (
        "app.chat",
        "send message",
        RoomError("send failed", 108404),
        {"url.full": "https://api.netease.im/nimserver/team/query.action"},
    ),
    ("app.chat", "log in", RoomError("login failed", 416), {"peer.service": "NIM"}),
]


@contextlib.contextmanager
def phoenix(command: str) -> Iterator[str]:
    """Run the backend while the block runs, and yield its address."""
    local = ("127.0.0.1", 0)
    with socket.create_server(local) as one, socket.create_server(local) as two:
        ports = one.getsockname()[1], two.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(ports[0]),
            "PHOENIX_GRPC_PORT": str(ports[1]),
            "PHOENIX_WORKING_DIR": folder,
            # It comes with an agent that runs commands, and reports on its use.
            "PHOENIX_TELEMETRY_ENABLED": "false",
            "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
            "PHOENIX_DISABLE_AGENT_ASSISTANT": "true",
            "PHOENIX_AGENTS_DISABLE_BASH": "true",
            "PHOENIX_AGENTS_DISABLE_WEB_ACCESS": "true",
            "PHOENIX_AGENTS_DISABLE_GITHUB": "true",
            "PHOENIX_ENABLE_MCP_SERVER": "false",
        }
        with open(os.path.join(folder, "phoenix.log"), "wb") as log:
            server = subprocess.Popen(  # noqa: S603
                [command, "serve"], env=environment, stdout=log, stderr=log
            )
            try:
                address = f"http://127.0.0.1:{ports[0]}"
                wait_for(address, server, log.name)
                yield address
            finally:
                server.terminate()
                server.wait(30)


def wait_for(address: str, server: subprocess.Popen[bytes], log: str) -> None:
    for _ in range(240):
        if server.poll() is not None:
            with open(log, encoding="utf-8", errors="replace") as lines:
                sys.exit(f"Phoenix ended:\n{lines.read()[-2_000:]}")
        with contextlib.suppress(OSError):
            get(f"{address}/v1/projects")
            return
        time.sleep(0.5)
    sys.exit("Phoenix did not answer within two minutes")


def get(url: str, body: dict | None = None) -> Any:
    """Ask the backend, and return the data of its answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310
        url, data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)["data"]


def send(address: str, language: str) -> None:
    """Do what an instrumented application does while its calls fail."""
    resource = Resource.create(
        {"service.name": "rooms", "openinference.project.name": PROJECT}
    )
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=f"{address}/v1/traces")
    provider.add_span_processor(
        GlossSpanProcessor(BatchSpanProcessor(exporter), language=language)
    )
    with provider.get_tracer("app.rooms").start_as_current_span("POST /rooms/join"):
        for scope, name, error, attributes in CALLS:
            call(provider.get_tracer(scope), name, error, attributes)
    provider.shutdown()


def call(tracer: Tracer, name: str, error: RoomError, attributes: dict) -> None:
    client = tracer.start_as_current_span(name, kind=SpanKind.CLIENT)
    with contextlib.suppress(RoomError), client as span:
        span.set_attributes(attributes)
        raise error


def report(address: str) -> None:
    """Ask the backend what only a change of the request can cure, and print it."""
    spans: list[dict[str, Any]] = []
    for _ in range(120):
        time.sleep(0.25)
        with contextlib.suppress(urllib.error.HTTPError):  # no span has arrived yet
            spans = get(f"{address}/v1/projects/{PROJECT}/spans?limit=100")
        if len(spans) > len(CALLS):
            break
    projects = get(f"{address}/v1/projects")
    project = next(each["id"] for each in projects if each["name"] == PROJECT)
    variables = {"id": project, "filter": NOT_RETRYABLE}
    answer = get(f"{address}/graphql", {"query": QUERY, "variables": variables})
    found = [edge["node"] for edge in answer["node"]["spans"]["edges"]]
    by_product: dict[str, list[str]] = {}
    for span in found:
        gloss = json.loads(span["attributes"])["codegloss"]
        line = f"{span['name']}: {gloss['meaning']} ({gloss['code']})"
        product = f"{gloss['vendor']}.{gloss['product']}"
        by_product.setdefault(product, []).append(line)
    print("vendor errors that a retry cannot cure, by product:")
    for product, lines in sorted(by_product.items()):
        print(f"  {product}: {len(lines)}", *lines, sep="\n      ")
    shown = next(span for span in found if span["name"] == "join room")
    trace = shown["trace"]["traceId"]
    print("to look at one of them, while the backend is kept by --keep:")
    print(
        f"  {address}/projects/{project}/traces/{trace}"
        f"?selectedSpanNodeId={shown['id']}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--phoenix", default=shutil.which("phoenix"))
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args()
    if chosen.phoenix is None:
        sys.exit("no backend: pip install arize-phoenix, or say --phoenix PATH")
    with phoenix(chosen.phoenix) as address:
        send(address, chosen.language)
        report(address)
        if chosen.keep:
            input("press Enter to stop the backend ")


if __name__ == "__main__":
    main()
