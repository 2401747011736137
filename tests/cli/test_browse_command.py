"""`browse`: the page written, printed, opened and served."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import urllib.parse

import pytest

import codegloss
from codegloss._cli.browse import page
from codegloss._cli.browse.server import PageServer


def test_it_is_one_file_that_loads_nothing(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = cli("browse")
    assert (done.status, done.out) == (0, "codegloss.html\n")
    text = tmp_path.joinpath("codegloss.html").read_text(encoding="utf-8")
    assert "Requests arrive faster than the rate limit allows" in text
    outside = [
        r"<link[^>]* href=\"(?!data:)",
        r" src=",
        r"@import",
        r"url\(",
        r"fetch\(",
    ]
    assert [each for each in outside if re.search(each, text)] == []
    assert "default-src &#39;none&#39;" in text
    assert cli("browse", "-o", "-").out == text + "\n"


def test_it_holds_every_entry_of_the_catalog_in_force(cli, tmp_path):
    path = tmp_path / "page.html"
    own = {
        "schema": 1,
        "vendors": {"acme": {"names": {"en": "Acme"}}},
        "products": {"acme.pay": {"names": {"en": "Pay"}}},
        "entries": [
            {"product": "acme.pay", "code": 70123, "meaning": {"en": "</script>"},
             "category": "INTERNAL", "retryable": None},
        ],
    }  # fmt: skip
    tmp_path.joinpath("acme.json").write_text(json.dumps(own), encoding="utf-8")
    words = ("-o", str(path), "--json", "--catalog", str(tmp_path / "acme.json"))
    (told,) = cli("browse", *words).json
    catalog = codegloss.load_catalog(str(tmp_path / "acme.json"))
    assert told == {"path": str(path), "entries": len(catalog.entries)}
    text = path.read_text(encoding="utf-8")
    assert text.count("</script>") == 2
    held = re.search(r'type="application/json" id="data">(.*?)</script>', text)[1]
    entries = json.loads(held)["entries"]
    assert [(e["scope"], e["code"]) for e in entries] == [
        (e.scope, e.code) for e in catalog.entries
    ]
    (acme,) = (entry for entry in entries if entry["scope"] == "acme.pay")
    # What has no Chinese is said in English.
    assert acme["meaning"] == ["</script>", "</script>"]


def test_chinese(cli, tmp_path):
    path = tmp_path / "page.html"
    assert cli("browse", "-o", str(path), "--lang", "zh").status == 0
    text = path.read_text(encoding="utf-8")
    assert '<html lang="zh">' in text
    assert "<title>错误码" in text


def test_every_label_of_the_page_is_known_in_chinese():
    scripts = "".join(map(page._read, [*page._SCRIPTS, "page.html.j2"]))
    labels = set(re.findall(r'say\(\s*"([^"]+)"', scripts))
    labels |= set(re.findall(r'data-say="([^"]+)"', scripts))
    counted = re.findall(r'counted\([^"]*"([^"]+)",\s*"([^"]+)"', scripts)
    labels |= {label for pair in counted for label in pair}
    assert len(labels) > 25
    assert labels - page.LABELS.keys() == set()


def test_it_can_be_opened(cli, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = tmp_path / "page.html"
    done = cli("browse", "--open", "-o", str(path))
    assert opened == [f"file://{path}"]
    assert done.err == f"codegloss: no browser was found here; open file://{path}\n"


def test_what_cannot_be_written(program, tmp_path):
    path = str(tmp_path / "missing" / "page.html")
    process = program("browse", "-o", path)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 4
    told = f"codegloss: cannot write: {path}: No such file or directory"
    assert err.decode().strip() == told


# --- served --------------------------------------------------------------------------


def ask(url, method="GET", path="/", **headers):
    connection = http.client.HTTPConnection(
        urllib.parse.urlsplit(url).netloc, timeout=30
    )
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_served_until_it_is_interrupted(program):
    process = program("browse", "--serve", "--port", "0", "--json")
    url = json.loads(process.stdout.readline())["url"]
    assert url.startswith("http://127.0.0.1:")
    answer, body = ask(url)
    assert answer.status == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert body.decode().startswith("<!doctype html>")
    again, nothing = ask(url, "HEAD")
    assert again.headers["Content-Length"] == str(len(body))
    assert nothing == b""
    assert ask(url, path="/?x")[0].status == 200
    assert ask(url, path="/favicon.ico")[0].status == 404
    assert ask(url, path="/../etc/passwd")[0].status == 404
    assert ask(url, "POST")[0].status == 501
    # A name of somebody else's that leads to this machine.
    assert ask(url, Host="evil.example")[0].status == 421
    assert ask(url, Host="localhost:1")[0].status == 200
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_a_port_that_is_taken(cli):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = cli("browse", "--serve", "--port", port)
    assert done.status == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.err
    assert "--port, or 0" in done.err


def test_an_address_that_is_none(cli):
    done = cli("browse", "--serve", "--host", "nowhere")
    assert done.status == 2
    assert "cannot listen on nowhere:8416" in done.err


@pytest.mark.parametrize(("host", "answers"), [("127.0.0.1", False), ("0.0.0.0", True)])  # noqa: S104
def test_whoever_serves_to_others_answers_to_any_name(host, answers):
    server = PageServer("page", host, 0)
    server.server_close()
    assert server.speaks_for("wiki.example:80") is answers
