"""JSON lines in, JSON lines out: nothing is lost, doubled, reordered or changed."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import random
import subprocess
import sys

import pytest

import codegloss
from codegloss._archive import files
from codegloss._archive.decode import decoded
from codegloss._archive.packed import zstd_library
from codegloss._archive.stream import LineGlosser, Tally, enrich_files

CODE = b'{"sdk":"NIM","code":416}'
ADDED = (
    b'"vendor":"netease","product":"nim",'
    b'"meaning":"Requests arrive faster than the rate limit allows","retryable":true'
)
GLOSSED = CODE[:-1] + b"," + ADDED + b"}"


def gloss(block, **options):
    return LineGlosser(**options).gloss(files.Block(block))


@pytest.fixture
def enriched(tmp_path):
    """Return a function that sends bytes through files."""

    def enriched(content, *, name="in.ndjson", out="out.ndjson", **options):
        source = tmp_path / name
        source.write_bytes(content)
        tally = enrich_files([str(source)], str(tmp_path / out), **options)
        return tmp_path.joinpath(out).read_bytes(), tally

    return enriched


@pytest.mark.parametrize(
    "line",
    [
        b'{"event": "plain", "user": 1}',
        b'{"code": 12345678901234567890, "sdk": "NIM"}',
        b'{"code": 0.1e-7, "sdk":"NIM", "code": 1.0}',
        b"{}",
        b"",
        b"   \t",
        b'\xef\xbb\xbf{"event": "with a BOM"}',
        b"GET /v1/rooms 404",
        b'{"sdk":"NIM","code":41',
        b'[{"sdk":"NIM","code":416}]',
        b'"text"',
        b"416",
        b"null",
        b'{"sdk":"NIM","code":416}{"sdk":"NIM","code":416}',
        b'{"sdk":"NIM","code":416} and more',
        b'{"event":"\xff\xfe","user":1}',
        b'{"event":"\xff\xfe","sdk":"NIM","code":41',
        '{"sdk":"NIM","code":416}'.encode("utf-16-le"),
        '\ufeff{"sdk":"NIM","code":416}'.encode("utf-16-le"),
        b"[" * 100_000,
        b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
        b'{"n":' + b"9" * 5_000 + b"}",
        b"\x00\x01",
    ],
    ids=lambda line: f"{len(line)} {line[:24]!r}",
)
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"], ids=["none", "LF", "CRLF"])
def test_what_is_not_explained_leaves_as_it_came(line, end):
    out, tally = gloss(CODE + b"\n" + line + end)
    assert out == GLOSSED + b"\n" + line + end
    assert tally.lines == 1 + bool(line + end)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        (b'{"sdk":"NIM","code":"416"}', "retryable", True),
        (b'{"sdk":"NIM","error":{"code":416}}', "code", 416),
        (b'{"sdk":"NIM","errors":[{"code":416}]}', "code", 416),
        (b'{"sdk":"NIM","code":416,"meaning":"mine"}', "meaning", "mine"),
        (b'{"sdk":"NIM","code":1,"code":416}', "retryable", True),
        (
            b'{"sdk":"NIM","code":416,"x":12345678901234567890}',
            "x",
            12345678901234567890,
        ),
        (b'{"sdk":"NIM","code":416,"x":1.10,"y":1E400,"z":NaN}', "retryable", True),
        (b'{"sdk":"NIM","code":416,"x":"\\ud800"}', "retryable", True),
        (b'\xef\xbb\xbf{"sdk":"NIM","code":416}', "retryable", True),
        (b'  {"sdk":"NIM","code":416 }  \t', "retryable", True),
        (b'{"level":"error","event":"login failed, code=416"}', "code", None),
        (b'{"level":"error","event":"NIM login failed, code=416"}', "code", 416),
        (b'{"vendor":"NetEase","code":403}', "vendor", "NetEase"),
    ],
    ids=lambda value: repr(value)[:48],
)
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"], ids=["none", "LF", "CRLF"])
def test_odd_lines_keep_what_they_hold(line, field, value, end):
    out, tally = gloss(line + end)
    kept = line.rstrip(b" \t")[:-1]
    assert out.startswith(kept)
    assert out.endswith(line[len(kept) :] + end)
    event = json.loads(out.decode("utf-8-sig"))
    added = codegloss.enrich(json.loads(line.decode("utf-8-sig")))
    assert tally == Tally(1, bool(added), 0)
    if field not in json.loads(line.decode("utf-8-sig")) and field in added:
        assert event[field] == added[field] == value


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"], ids=["none", "LF", "CRLF"])
def test_bytes_that_are_no_utf_8_hide_no_code(end):
    lines = [
        b'{"event":"\xff\xfe","sdk":"NIM","code":416}',
        # A text that was cut in the middle of a character, and one in GBK.
        '{"sdk":"NIM","code":416,"event":"登录失'.encode()[:-1] + b'"}',
        '{"event":"登录失败","sdk":"NIM","code":416}'.encode("gbk"),
    ]
    for line in lines:
        out, tally = gloss(line + end)
        assert out == line[:-1] + b"," + ADDED + b"}" + end
        assert tally == Tally(1, 1, 0)
        chinese, _ = gloss(line + end, language="zh")
        assert chinese.startswith(line[:-1])
        # What is added can be read in the encoding of the line, whichever that is.
        assert chinese[len(line) - 1 :].isascii()


def test_one_code_of_two_vendors():
    lines = [b'{"sdk":"NIM","code":416}', b'{"sdk":"TUILiveKit","code":416}']
    out, tally = gloss(b"\n".join(lines))
    assert out == GLOSSED + b"\n" + lines[1]
    assert tally.explained == 1


def test_an_http_status_is_left_alone():
    line = b'{"method":"GET","path":"/v1/rooms","status":404,"code":404}'
    assert gloss(line) == (line, Tally(1, 0, 0))


def test_with_and_without_orjson(monkeypatch):
    lines = [
        b'{"a":1e400}', b'{"a":-0}', b'{"a":18446744073709551616}', b'{"a":NaN}',
        b'{"a":"\\ud800"}', b'{"a":1,"a":2}', b"[1]", b'{"code":416}', b'{"a":1.0}',
        b'{"a":"\xff"}', b'\xef\xbb\xbf{"a":1}', '\ufeff{"a":1}', '{"a":"\ud800"}',
    ]  # fmt: skip
    with_it = [repr(decoded(line)) for line in lines if line != lines[2]]
    monkeypatch.setattr("codegloss._archive.decode.orjson", None)
    assert [repr(decoded(line)) for line in lines if line != lines[2]] == with_it


def test_golden(lines, enriched):
    text = "\n".join(lines).encode()
    out, _ = enriched(text)
    for before, after in zip(lines, out.decode().split("\n"), strict=True):
        event = json.loads(before)
        assert json.loads(after) == {**event, **codegloss.enrich(event)}


def many(number):
    rng = random.Random(7)  # noqa: S311
    for n in range(number):
        if n % 3 == 0:
            yield b'{"sdk":"NIM","code":416,"n":%d}' % n
        else:
            yield b'{"n":%d,"x":"%s"}' % (n, b"y" * rng.randrange(90))


def test_many_processes_keep_the_order(enriched, monkeypatch):
    monkeypatch.setattr(files, "BLOCK", 4_096)
    content = b"\n".join(many(5_000))
    out, tally = enriched(content)
    together, of_two = enriched(content, out="two.ndjson", jobs=2)
    assert out == together
    assert tally == of_two == Tally(5_000, 1_667, 0)
    numbers = [json.loads(line)["n"] for line in out.split(b"\n")]
    assert numbers == list(range(5_000))


def zstd():
    try:
        return zstd_library()
    except ImportError as error:
        pytest.skip(str(error))


def whole(name, data):
    if name.endswith(".gz"):
        return gzip.decompress(data)
    if name.endswith(".zst"):
        return zstd().decompress(data)
    return data


@pytest.mark.parametrize("name", ["out.ndjson", "out.ndjson.gz", "out.ndjson.zst"])
def test_resume_after_an_interrupt_anywhere(enriched, monkeypatch, tmp_path, name):
    if name.endswith(".zst"):
        zstd()
    monkeypatch.setattr(files, "BLOCK", 2_048)
    content = b"\n".join(many(400))
    data, _ = enriched(content, out=name)
    expected = whole(name, data)
    for length in [0, 1, 7, len(data) // 3, len(data) // 2, len(data) - 1, len(data)]:
        tmp_path.joinpath(f"{name}.part").write_bytes(data[:length])
        again, _ = enriched(content, out=name, resume=True)
        assert whole(name, again) == expected, length


def test_resume_begins_where_there_is_nothing(enriched):
    out, tally = enriched(CODE, out="new.ndjson", resume=True)
    assert (out, tally.lines) == (GLOSSED, 1)


@pytest.mark.parametrize("name", ["in.gz", "in.zst"])
def test_compressed_input_of_several_members(enriched, name):
    if name == "in.gz":
        content = gzip.compress(CODE + b"\n") + gzip.compress(CODE)
    else:
        compress = zstd().compress
        content = compress(CODE + b"\n") + compress(CODE)
    assert enriched(content, name=name)[0] == GLOSSED + b"\n" + GLOSSED


@pytest.mark.parametrize("kind", ["gz", "zst"])
@pytest.mark.parametrize("is_cut", [True, False], ids=["truncated", "damaged"])
def test_a_packed_input_that_is_spoilt(tmp_path, monkeypatch, kind, is_cut):
    monkeypatch.setattr(files, "BLOCK", 512)
    pack = gzip.compress if kind == "gz" else zstd().compress
    source, out = tmp_path / f"in.{kind}", tmp_path / "out"
    rng = random.Random(7)  # noqa: S311 - noise is packed in several blocks
    noise = [b'{"x":"%s"}' % rng.randbytes(99).hex().encode() for _ in range(9_999)]
    lines = b"\n".join([CODE, *noise])
    packed = pack(lines)
    source.write_bytes(packed[:-9] if is_cut else packed[:-99] + b"x" * 99)
    why = "ended before" if is_cut else "."
    with pytest.raises(EOFError, match=f"in.{kind}: is truncated or damaged: .*{why}"):
        enrich_files([str(source)], str(out))
    part = tmp_path.joinpath("out.part").read_bytes()
    assert part.startswith(GLOSSED + b"\n")
    assert part.endswith(b"\n")
    if is_cut:
        assert lines.startswith(part.replace(GLOSSED, CODE, 1))
    assert not out.exists()


def test_standard_input_may_be_packed(tmp_path, monkeypatch):
    class Stdin:
        buffer = io.BytesIO(gzip.compress(CODE + b"\n") + gzip.compress(CODE))

    monkeypatch.setattr(sys, "stdin", Stdin)
    out = tmp_path / "out"
    assert enrich_files(["-"], str(out)) == Tally(2, 2, 0)
    assert out.read_bytes() == GLOSSED + b"\n" + GLOSSED


def test_own_catalogs_go_to_other_processes(acme):
    codegloss.load_catalog(acme)
    sent = pickle.dumps(LineGlosser(scope="acme.pay"))
    codegloss.load_catalog()
    block = files.Block(b'{"level":"error","code":70123}')
    out, _ = pickle.loads(sent).gloss(block)
    assert json.loads(out)["meaning"] == "The card was declined"


def test_nested_more_deeply_than_anything_is_read():
    pytest.importorskip("orjson")  # Python's own decoder gives up before
    deep = b'{"sdk":"NIM","code":416,"data":' + b'{"data":' * 900 + b"1" + b"}" * 901
    out, tally = gloss(deep)
    assert out == deep[:-1] + b"," + ADDED + b"}"
    assert tally == Tally(1, 1, 0)


def test_files_one_after_another(tmp_path):
    names = []
    for number in range(3):
        path = tmp_path / str(number)
        path.write_bytes(CODE)  # without a final newline
        names.append(str(path))
    out = tmp_path / "out"
    assert enrich_files(names, str(out)).lines == 3
    assert out.read_bytes() == b"\n".join([GLOSSED] * 3)
    out.write_bytes(GLOSSED + b"\n" + GLOSSED[:9])  # whole, as far as one knows
    assert enrich_files(names, str(out), resume=True).lines == 2
    assert out.read_bytes() == b"\n".join([GLOSSED] * 3)


def test_a_line_that_is_too_long_passes_in_parts(enriched, monkeypatch):
    monkeypatch.setattr(files, "BLOCK", 1_000)
    monkeypatch.setattr(files, "MAX_LINE", 3_000)
    long = b'{"sdk":"NIM","code":416,"x":"' + b'{"sdk":"NIM","code":416}' * 900 + b'"}'
    content = b"\n".join([CODE, long, CODE, long, CODE, long])
    out, tally = enriched(content)
    assert out == b"\n".join([GLOSSED, long, GLOSSED, long, GLOSSED, long])
    assert tally == Tally(6, 3, 3)


def test_nothing_at_all(enriched):
    assert enriched(b"") == (b"", Tally())


def test_input_and_output_are_two(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(CODE)
    with pytest.raises(ValueError, match="input and output"):
        enrich_files([str(path)], str(path))
    assert path.read_bytes() == CODE


MEASURED = """
import resource, sys
from codegloss._archive.stream import enrich_files
enrich_files([sys.argv[1]], "/dev/null")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_is_bounded(tmp_path):
    """Ten times as many distinct texts take no more of it."""
    pytest.importorskip("resource")
    path = tmp_path / "in.ndjson"
    peaks = []
    for number in (20_000, 200_000):
        with path.open("wb") as file:
            for n in range(number):
                file.write(b'{"sdk":"NIM","code":9,"error":"%032x"}\n' % (n * 7919))
        command = [sys.executable, "-c", MEASURED, str(path)]
        peaks.append(int(subprocess.check_output(command)))
    assert peaks[1] < 1.2 * peaks[0]
