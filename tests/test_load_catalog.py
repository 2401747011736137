"""Catalog files of one's own: `codegloss.load_catalog`."""

from __future__ import annotations

import copy
import json
import os
import pathlib
import pickle
import threading
import tracemalloc

import pytest

import codegloss
from codegloss._catalog import load as _catalog
from codegloss._catalog.validate import faults

ACME = {
    "schema": 1,
    "version": "7",
    "vendors": {"acme": {"names": {"en": "Acme"}, "aliases": ["acme cloud"]}},
    "products": {
        "acme.im": {
            "names": {"en": "Acme IM"},
            "aliases": ["acmeim"],
            "hosts": ["api.acme.example/im"],
            "prefixes": ["acme im"],
            "tables": {"detail": {"fields": ["acmeDetail"]}},
        }
    },
    "entries": [
        {
            "product": "acme.im",
            "code": 77,
            "symbols": ["ACME_TEAPOT"],
            "message": "teapot",
            "meaning": {"en": "The server is a teapot"},
            "remedy": {"en": "Ask for tea"},
            "category": "UNIMPLEMENTED",
            "fault": "caller",
            "retryable": False,
            "retry": {"source": "derived"},
        },
        {
            "product": "acme.im",
            "code": 78,
            "sdk_code": 79,
            "table": "detail",
            "meaning": {"en": "The pot is empty"},
            "remedy": {"en": "Fill it"},
            "category": "UNAVAILABLE",
            "fault": "vendor",
            "retryable": True,
        },
    ],
}


@pytest.fixture
def acme(tmp_path):
    path = tmp_path / "acme.json"
    path.write_text(json.dumps(ACME))
    return path


def test_a_new_vendor_needs_no_python(acme):
    enricher = codegloss.Enricher()
    assert enricher.enrich({"code": 77, "sdk": "Acme Cloud"}) == {}
    catalog = codegloss.load_catalog(acme)
    assert catalog.version.endswith("+7")
    for event in (
        {"code": 77, "sdk": "Acme Cloud"},
        {"code": 77, "url": "https://api.acme.example/im/send"},
        {"acme_im_code": "77"},
        {"code": 77, "message": "ACME_TEAPOT"},
        {"code": 77, "message": "Teapot."},
    ):
        assert enricher.enrich(event)["meaning"] == "The server is a teapot"
    assert enricher.enrich({"acmeDetail": 78, "sdk": "acmeim"})["retryable"] is True
    assert enricher.resolve(79, scope="acme").entry.code == 78
    with codegloss.scope("acme.im"):
        assert codegloss.enrich({"code": 77})["vendor"] == "acme"
    assert enricher.resolve(416, scope="netease.nim").status == "resolved"
    codegloss.load_catalog()
    assert enricher.enrich({"code": 77, "sdk": "Acme Cloud"}) == {}


def test_whoever_asked_before_sees_new_fields(acme):
    enricher = codegloss.Enricher()
    is_clear = enricher.is_clear
    event = {"acme_im_code": 77}
    assert is_clear(event)
    codegloss.load_catalog(acme)
    assert not is_clear(event)
    codegloss.load_catalog()
    assert is_clear(event)


def test_a_language_it_lacks_falls_back_to_english(acme):
    codegloss.load_catalog(acme)
    answer = codegloss.Enricher(language="zh").resolve(77, scope="acme")
    assert answer.meaning == "The server is a teapot"


def test_an_enricher_with_a_catalog_of_its_own_keeps_it(acme):
    own = codegloss.load_catalog(acme)
    codegloss.load_catalog()
    enricher = codegloss.Enricher(catalog=own, scope="acme")
    codegloss.load_catalog()
    event = {"error_code": 77, "sdk": "Acme Cloud"}
    assert enricher.enrich(event)["product"] == "im"


def shipped():
    package = pathlib.Path(codegloss.__file__).parent
    path = package / "catalog.json"
    return path if path.is_file() else package.parents[1] / "catalog.json"


def _set(place, value):
    """Return a function that sets one value of a catalog."""

    def change(data):
        *path, last = place
        for step in path:
            data = data[step]
        data[last] = value

    return change


ENTRY = "entries[0] (acme.im 77)"
BROKEN = [
    (("schema",), 2, "schema: must be 1, found 2"),
    (("entires",), [], "entires: is unknown; known: schema, version, vendors"),
    (("vendors",), [], "vendors: must be of type object"),
    (("vendors", "acme"), 1, "vendors.acme: must be of type object"),
    (("vendors", "acme", "names"), "x", "vendors.acme.names: must be of type object"),
    (("vendors", "acme", "aliases"), "x", "vendors.acme.aliases: must be of type arr"),
    (("vendors", "acme", "envelopes"), [1], "vendors.acme.envelopes[0]: must be of t"),
    (("vendors", "Acme"), {}, "vendors.Acme: a vendor id is one lowercase word"),
    (("products", "Acme"), {}, "products.Acme: must be written vendor.product, in"),
    (("products", "other.im"), {}, "products.other.im: its vendor is not in vendors"),
    (
        ("products", "acme.im", "shares"),
        [{"product": "acme.x", "from": 1, "to": 2}],
        "products.acme.im.shares: acme.x is not in products",
    ),
    (
        ("products", "acme.im", "tables"),
        ["x"],
        "products.acme.im.tables: must be of type object",
    ),
    (
        ("products", "acme.im", "tables", "detail"),
        {"doors": []},
        "products.acme.im.tables.detail.doors: has 0 items, fewer than 1",
    ),
    (("products", "acme.im", "success"), 0, "products.acme.im.success: must be of ty"),
    (("schema",), True, "schema: must be 1, found True"),
    (
        ("foreign",),
        {"x": {"numbers": {"from": 2, "to": 1}}},
        "foreign.x.numbers: from is above to",
    ),
    (("http_texts",), {"abc": ["x"]}, "http_texts.abc: must be an HTTP status"),
    (("entries", 0), 1, "entries[0]: must be of type object"),
    (("entries", 0, "product"), "acme.x", "entries[0] (acme.x 77): its product is not"),
    (("entries", 0, "code"), True, "entries[0] (acme.im True).code: must be of type"),
    (("entries", 0, "code"), None, "entries[0] (acme.im None).code: must be of type"),
    (
        ("entries", 0, "code"),
        "77",
        f"{ENTRY}.code: must be a whole number, or a text of 1 to",
    ),
    (("entries", 0, "meaning"), "x", f"{ENTRY}.meaning: must be of type object"),
    (("entries", 0, "remedy"), {"zh": "x"}, f"{ENTRY}.remedy: en is missing"),
    (
        ("entries", 0, "remedy"),
        {"en": ""},
        f"{ENTRY}.remedy.en: must be one line of te",
    ),
    (("entries", 0, "category"), "BAD", f"{ENTRY}.category: must be one of OK, CANCEL"),
    (("entries", 0, "category"), ["X"], f"{ENTRY}.category: must be one of OK, CANCEL"),
    (("entries", 0, "retryable"), 1, f"{ENTRY}.retryable: must be of type boolean or"),
    (("entries", 0, "symbols"), [1], f"{ENTRY}.symbols[0]: must be of type string"),
    (("entries", 0, "texts"), [], f"{ENTRY}.texts: has 0 items, fewer than 1"),
    (("entries", 0, "message"), 1, f"{ENTRY}.message: must be of type string or null"),
    (("entries", 0, "retry"), 1, f"{ENTRY}.retry: must be of type object or null"),
    (("entries", 0, "retry", "kind"), "throtling", f"{ENTRY}.retry.kind: must be one"),
    (("entries", 0, "retry", "min_delay_s"), 0, f"{ENTRY}.retry.min_delay_s: must be"),
    (("entries", 0, "retry", "min_delay_s"), "5", f"{ENTRY}.retry.min_delay_s: must b"),
    (("entries", 0, "retry", "min_delay_s"), 1e300, f"{ENTRY}.retry.min_delay_s: must"),
    (("entries", 0, "code"), 10**18, "entries[0] (acme.im 1000000000000000000).code: "),
    (
        ("entries", 0, "code"),
        "x" * 65,
        f"entries[0] (acme.im {'x' * 64}…).code: has 65",
    ),
    (("entries", 0, "symbols"), ["A"] * 51, f"{ENTRY}.symbols: has 51 items, more th"),
    (("entries", 0, "replaces"), 1, f"{ENTRY}.replaces: must be of type boolean"),
    (
        ("entries", 0, "message"),
        "{a} %s {b_1}",
        f"{ENTRY}.message: must be one line of",
    ),
    (
        ("entries", 0, "texts"),
        ["%s %S {名字}"],
        f"{ENTRY}.texts[0]: must be one line o",
    ),
    (
        ("products", "acme.im", "hosts"),
        ["*a*a*.com"],
        "products.acme.im.hosts[0]: must ",
    ),
    (("products", "acme.im", "hosts"), ["*.*"], "products.acme.im.hosts[0]: must be a"),
    (
        ("vendors", "acme", "aliases"),
        ["-a-"],
        "vendors.acme.aliases[0]: must be a name",
    ),
    (("vendors", "acme", "aliases"), ["__"], "vendors.acme.aliases[0]: must be a name"),
    (
        ("vendors", "acme", "aliases"),
        ["The"],
        "vendors.acme.aliases[0]: 'The' is too co",
    ),
    (
        ("vendors", "acme", "prefixes"),
        ["http"],
        "vendors.acme.prefixes[0]: 'http' is t",
    ),
    (
        ("foreign",),
        {"x": {"aliases": ["err_code"]}},
        "foreign.x.aliases[0]: 'err_code'",
    ),
]


@pytest.mark.parametrize(
    ("change", "fault"),
    [(_set(place, value), fault) for place, value, fault in BROKEN],
    ids=range(len(BROKEN)),
)
def test_a_broken_file_changes_nothing(acme, change, fault):
    data = json.loads(acme.read_text())
    change(data)
    acme.write_text(json.dumps(data))
    before = codegloss.enrich({"code": 416}, scope="netease.nim")
    with pytest.raises(codegloss.CatalogError) as error:
        codegloss.load_catalog(acme)
    assert str(error.value).startswith(f"{acme}: {fault}")
    assert codegloss.enrich({"code": 416}, scope="netease.nim") == before
    with pytest.raises(ValueError, match="unknown scope"):
        codegloss.scope("acme")


@pytest.mark.parametrize("field", ["product", "code", "meaning", "category"])
def test_what_an_entry_cannot_leave_out(acme, field):
    data = json.loads(acme.read_text())
    del data["entries"][0][field]
    acme.write_text(json.dumps(data))
    with pytest.raises(codegloss.CatalogError, match=f"{field} is missing"):
        codegloss.load_catalog(acme)


def test_what_is_refused_here_a_full_validator_refuses_too():
    """The package knows only the words of JSON Schema that the schema uses."""
    jsonschema = pytest.importorskip("jsonschema")
    package = pathlib.Path(codegloss.__file__).parent
    schema = json.loads((package / "catalog.schema.json").read_text("utf-8"))
    known = {
        "$schema", "$defs", "$ref", "title", "description", "type", "required", "const",
        "additionalProperties", "properties", "pattern", "propertyNames", "items",
        "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "format",
        "minimum", "maximum", "exclusiveMinimum", "enum", "allOf", "x-own-required",
        "x-message", "x-common-words",
    }  # fmt: skip
    schemas = [schema]
    for each in schemas:
        assert each.keys() <= known
        schemas += each.get("properties", {}).values()
        schemas += each.get("$defs", {}).values()
        inner = [
            each.get(k) for k in ("items", "additionalProperties", "propertyNames")
        ]
        schemas += [part for part in inner if isinstance(part, dict)]
    full = jsonschema.Draft202012Validator(schema)
    # What is beyond any schema, or stricter.
    ours = (
        "is not in",
        "is above",
        "found True",
        ": 'The' is",
        "'http' is",
        "'err_code'",
    )
    for place, value, fault in BROKEN:
        if any(each in fault for each in ours):
            continue
        data = copy.deepcopy(ACME)
        _set(place, value)(data)
        paths = {tuple(error.absolute_path) for error in full.iter_errors(data)}
        assert any(path == place[: len(path)] for path in paths), place
    assert list(faults(json.loads(shipped().read_text("utf-8")))) == []


def swap_while(work, path):
    """Load a catalog again and again while two threads do some work."""
    done = threading.Event()

    def repeat():
        while not done.is_set():
            work()

    workers = [threading.Thread(target=repeat) for _ in range(2)]
    for worker in workers:
        worker.start()
    for _ in range(3):
        codegloss.load_catalog()
        codegloss.load_catalog(path)
    done.set()
    for worker in workers:
        worker.join()


def test_enrichers_that_are_made_meanwhile(acme):
    """Each of them follows, and counting them all never fails."""
    made = []
    failed = []

    def make():
        made.append(codegloss.Enricher())
        try:
            codegloss.stats()
        except RuntimeError as error:
            failed.append(error)

    swap_while(make, acme)
    assert not failed
    event = {"code": 77, "sdk": "Acme Cloud"}
    assert all(enricher.enrich(event) for enricher in made)


def test_what_is_there_is_added_to(tmp_path):
    path = tmp_path / "more.json"
    more = {"aliases": ["tcloud"]}
    path.write_text(json.dumps({"schema": 1, "vendors": {"tencent": more}}))
    old = codegloss.enrich({"sdk": "Tencent", "code": 100018})
    assert codegloss.enrich({"sdk": "tcloud", "code": 100018}) == {}
    codegloss.load_catalog(path)
    assert codegloss.enrich({"sdk": "Tencent", "code": 100018}) == old
    assert codegloss.enrich({"sdk": "tcloud", "code": 100018}) == old
    codegloss.load_catalog()
    assert codegloss.enrich({"sdk": "tcloud", "code": 100018}) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: json.dumps(json.loads(text), indent=2),
        lambda text: text.replace("\n  {", "\n    {", 1),
        lambda _: "",
        lambda _: None,
    ],
    ids=["line ends", "laid out", "one line", "empty", "missing"],
)
def test_a_shipped_catalog_in_another_form(tmp_path, monkeypatch, change):
    """A tool that rewrites files must not take codes away in silence."""
    text = change(shipped().read_text("utf-8"))
    if text is not None:
        (tmp_path / "catalog.json").write_text(text, "utf-8", newline="")
    monkeypatch.setattr(_catalog, "__file__", str(tmp_path / "_catalog.py"))
    with pytest.raises(codegloss.CatalogError):
        _catalog._read_shipped()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[1]", "must be of type object"),
        (b'{"schema": NaN}', "NaN is no number"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_no_catalog_at_all(tmp_path, content, fault):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(codegloss.CatalogError, match=fault):
        codegloss.load_catalog(path)
    with pytest.raises(codegloss.CatalogError, match="cannot be read"):
        codegloss.load_catalog(tmp_path / "none.json")


def test_a_file_that_is_too_large(acme, monkeypatch):
    monkeypatch.setattr("codegloss._catalog.load._MAX_BYTES", 10)
    with pytest.raises(codegloss.CatalogError, match="is larger than 10 bytes"):
        codegloss.load_catalog(acme)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are a file of Unix")
def test_a_file_that_never_ends(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero", tmp_path):
        with pytest.raises(codegloss.CatalogError, match="file: is no regular file"):
            codegloss.load_catalog(path)
    with pytest.raises(codegloss.CatalogError, match="embedded null"):
        codegloss.load_catalog("acme\0.json")


def test_a_file_that_grows_while_it_is_read(acme, monkeypatch):
    def smaller(number):
        return os.stat_result([*os.stat(number)[:6], 5, 0, 0, 0])

    monkeypatch.setattr(os, "fstat", smaller)
    with pytest.raises(codegloss.CatalogError, match="file: grew while it was read"):
        codegloss.load_catalog(acme)


def test_reading_takes_no_more_memory_than_the_file(acme):
    """At import too, in containers that have little."""
    size = shipped().stat().st_size
    _catalog._read_shipped()  # whatever is only needed once
    for work, most in (
        (_catalog._read_shipped, 4 * size),
        (lambda: _catalog.read(os.fspath(shipped())), 1.1 * size),
        (lambda: _catalog.load((acme,), _catalog.SHIPPED), 4 * size),
    ):
        tracemalloc.start()
        work()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < most


def test_a_scope_that_would_be_lost(acme):
    codegloss.load_catalog(acme)
    enricher = codegloss.Enricher(scope="acme")
    with pytest.raises(ValueError, match="unknown scope 'acme'"):
        codegloss.load_catalog()
    assert enricher.enrich({"error_code": 77, "sdk": "Acme Cloud"})
    del enricher
    codegloss.load_catalog()


def test_events_while_the_catalog_is_swapped(acme):
    enricher = codegloss.Enricher(scope="netease.nim")
    wrong = []

    def read():
        if enricher.enrich({"code": 416, "sdk": "NIM"}).get("product") != "nim":
            wrong.append(1)

    swap_while(read, acme)
    assert not wrong


# --- all that is wrong, at once ------------------------------------------------------


def fault_of(*files):
    """Return the error that some files raise."""
    with pytest.raises(codegloss.CatalogError) as error:
        codegloss.load_catalog(*files)
    return error.value


def written(folder, name, data):
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    return path


def own(*entries, **more):
    """Return a catalog with entries that differ from one another in what is given."""
    fact = {
        "product": "acme.im",
        "code": 77,
        "meaning": {"en": "The server is a teapot"},
        "remedy": {"en": "Ask for tea"},
        "category": "UNIMPLEMENTED",
        "retryable": False,
    }
    marks = {key: ACME[key] for key in ("schema", "vendors", "products")}
    return {**marks, "entries": [{**fact, **each} for each in entries], **more}


def said(text):
    return {"meaning": {"en": text}}


def test_every_fault_is_named(acme):
    data = copy.deepcopy(ACME)
    del data["entries"][0]["category"]
    data["entries"][0]["colour"] = "red"
    data["entries"][1]["meaning"] = {"en": ""}
    data["vendors"]["acme"]["aliases"] = ["the", "error", "acme"]
    error = fault_of(written(acme.parent, "acme.json", data))
    assert [place for place, _ in error.faults] == [
        "vendors.acme.aliases[0]",
        "vendors.acme.aliases[1]",
        "entries[0] (acme.im 77)",
        "entries[0] (acme.im 77).colour",
        "entries[1] (acme.im 78).meaning.en",
    ]
    assert error.path == str(acme)
    assert (error.place, error.fault) == error.faults[0]
    lines = [f"{place}: {fault}" for place, fault in error.faults]
    assert str(error) == f"{acme}: " + "\n".join(lines)
    copied = pickle.loads(pickle.dumps(error))
    assert copied.faults == error.faults
    assert str(copied) == str(error)
    assert copied.path == error.path


def test_many_faults_are_counted(tmp_path):
    path = written(tmp_path, "acme.json", own(*({"code": None} for _ in range(25))))
    error = fault_of(path)
    assert len(error.faults) == 25
    lines = str(error).split("\n")
    assert len(lines) == 21
    assert lines[-1] == "and 5 more"
    path = written(tmp_path, "more.json", {"schema": 1, "entries": [1] * 100_000})
    assert len(fault_of(path).faults) == 1_000


def test_faults_of_several_files(acme, tmp_path):
    one = written(tmp_path, "one.json", {"schema": 2})
    two = written(tmp_path, "two.json", {"schema": 1, "vendors": []})
    error = fault_of(acme, one, two, one)
    assert error.path == str(one)
    assert [place for place, _ in error.faults] == ["schema", f"{two}: vendors"]
    # What a file lacks may stand in a later one, but not the other way round.
    lost = written(tmp_path, "lost.json", {"schema": 1, "products": {"zoo.im": {}}})
    entries = {"schema": 1, "entries": own({"product": "zoo.x"})["entries"]}
    error = fault_of(lost, written(tmp_path, "entries.json", entries))
    assert error.faults == (
        ("products.zoo.im", "its vendor is not in vendors"),
        (
            f"{tmp_path / 'entries.json'}: entries[0] (zoo.x 77)",
            "its product is not in products",
        ),
    )


def test_a_key_that_stands_twice(tmp_path):
    """JSON readers keep the last: a whole list of entries was lost that way."""
    text = json.dumps(own({}))
    twice = text[:-1] + f', "entries": {json.dumps(own({"code": 78})["entries"])}}}'
    error = fault_of(written(tmp_path, "acme.json", twice))
    assert error.faults == (("file", "key 'entries' stands twice in one object"),)
    inside = text.replace('"retryable": false', '"retryable": false, "retryable": true')
    error = fault_of(written(tmp_path, "acme.json", inside))
    assert error.fault == "key 'retryable' stands twice in one object (acme.im 77)"
    many = json.dumps(own({})).replace('"schema": 1', '"schema": 1, "x": 1, "x": 2')
    error = fault_of(written(tmp_path, "acme.json", many))
    assert [place for place, _ in error.faults] == ["file", "x"]


# --- what a text may hold ------------------------------------------------------------

FULL = {
    "schema": 1,
    "version": "7",
    "vendors": {
        "acme": {
            "names": {"en": "Acme", "zh": "艾克"},
            "aliases": ["acme"],
            "hosts": ["*.acme.example/im"],
            "prefixes": ["acme"],
            "envelopes": [["acmeId", "acmeCode"]],
            "needs_witness": ["acme"],
        }
    },
    "products": {
        "acme.im": {
            "names": {"en": "Acme IM", "zh": "艾克"},
            "aliases": ["acmeim"],
            "short_aliases": ["im"],
            "class_prefixes": ["ACME"],
            "hosts": ["im.acme.example"],
            "prefixes": ["acme im"],
            "envelopes": [["acmeImId", "acmeImCode"]],
            "success": [0, "OK"],
            "tables": {
                "detail": {"fields": ["acmeDetail"], "explains": True},
                "rest": {"doors": ["/rest/"], "closed": True},
            },
            "in_text": ["acmeim"],
            "words": {"same": {"group": "team"}, "subjects": ["room"]},
            "app_codes": [{"from": 100, "to": 199}],
            "shares": [{"product": "acme.im", "from": 1, "to": 2}],
        }
    },
    "documents": {
        "acme-im": {
            "product": "acme.im",
            "title": "Codes",
            "date": "2026-01-31",
            "rows": 1,
            "kind": "page",
        }
    },
    "foreign": {
        "umbrella": {
            "aliases": ["umbrella"],
            "hosts": ["*.umbrella.example"],
            "modules": ["umbrella"],
            "homonyms": ["im"],
            "namesakes": ["acme.im"],
            "keys": ["umbrellaId"],
            "numbers": {"from": 1, "to": 2},
        }
    },
    "http_texts": {"404": ["not found"]},
    "entries": [
        {
            "product": "acme.im",
            "code": "E_FULL",
            "table": "detail",
            "sdk_code": 7,
            "general": False,
            "needs_product": True,
            "replaces": True,
            "symbols": ["ACME_FULL"],
            "message": "room full: %s of {name}",
            "texts": ["no seat"],
            "meaning": {"en": "The room is full", "zh": "房间已满"},
            "remedy": {"en": "Wait", "zh": "等待"},
            "category": "UNAVAILABLE",
            "fault": "caller",
            "retryable": True,
            "retry": {
                "source": "derived",
                "kind": "transient",
                "needs": "none",
                "min_delay_s": 1,
                "per": "room",
            },
            "notes": ["Seen once"],
            "source": [{"document": "acme-im", "section": "1", "row": 1}],
        }
    ],
}


def texts_in(value, place=()):
    """Yield the place of every text, and of every key that is no word of the schema."""
    if isinstance(value, str):
        yield place
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        if place in {(name,) for name in FULL} and isinstance(value, dict):
            yield (*place, key, None)
        yield from texts_in(item, (*place, key))


def with_text(place, change):
    """Return the full catalog with one text changed, or one key."""
    data = copy.deepcopy(FULL)
    *path, last = place
    if last is None:
        *path, last = path
    inside = data
    for step in path:
        inside = inside[step]
    if place[-1] is None:
        inside[change(last)] = inside.pop(last)
    else:
        inside[last] = change(inside[last])
    return data


NO_TEXT = (
    *"\n\r\t\0\x1b\x7f\x9b\u061c\u200e\u200f\u2028\u2029",
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800\udfff",
)
PLACES = [*texts_in(FULL), ("products", "acme.im", "tables", "detail", None)]


def test_the_full_catalog_has_every_key():
    """Or a text of which nothing is asked would not be noticed below."""
    package = pathlib.Path(codegloss.__file__).parent
    schema = json.loads((package / "catalog.schema.json").read_text("utf-8"))
    known = {
        key for each in schema["$defs"].values() for key in each.get("properties", ())
    }
    assert known <= set(json.dumps(FULL).split('"'))
    assert list(faults(FULL)) == []


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_what_no_text_may_hold(place):
    jsonschema = pytest.importorskip("jsonschema")
    package = pathlib.Path(codegloss.__file__).parent
    schema = json.loads((package / "catalog.schema.json").read_text("utf-8"))
    full = jsonschema.Draft202012Validator(schema)
    needed = sum(1 for _ in full.iter_errors(FULL))
    for each in [*NO_TEXT, "x" * 501]:
        data = with_text(place, lambda text, more=each: text + more)
        assert list(faults(data)), each
        assert sum(1 for _ in full.iter_errors(data)) > needed, each


def test_no_fault_forges_a_line(tmp_path):
    data = own(
        {"code": "x\n2026-01-01 ERROR forged\x1b[2J"}, {"meaning": {"e\u202en": 1}}
    )
    data["ven\ud800dors\n"] = {}
    error = fault_of(written(tmp_path, "acme.json", data))
    assert len(error.faults) == 4
    assert all(line.isprintable() for line in str(error).split("\n"))
    assert len(str(error).split("\n")) == 4


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("products", "acme.im", "hosts", 0), "api*.acme*.example"),
        (("products", "acme.im", "hosts", 0), "*.acme.example/v1/*/*/*"),
        (("entries", 0, "message"), "%s has {n} members, 100% of {it all}"),
        (("entries", 0, "meaning", "en"), "x" * 200),
        (("entries", 0, "remedy", "en"), "{a} {b} {c}" + "x" * 389),
        (("vendors", "acme", "aliases", 0), "艾克"),
        (("entries", 0, "code"), -(10**18) + 1),
    ],
)
def test_what_is_still_allowed(place, value):
    assert list(faults(with_text(place, lambda _: value))) == []


# --- entries that are there already --------------------------------------------------


def resolved(code=77, **more):
    answer = codegloss.resolve(code, scope="acme.im", **more)
    return answer.status, answer.meaning


def test_a_file_that_is_given_twice(acme, tmp_path):
    codegloss.load_catalog(acme, acme)
    assert resolved() == ("resolved", "The server is a teapot")
    line = codegloss.resolve(100018, scope="tencent.live").entry.raw
    data = {"schema": 1, "entries": [json.loads(line)]}
    codegloss.load_catalog(written(tmp_path, "same.json", data))
    assert codegloss.resolve(100018, scope="tencent.live").status == "resolved"


def test_an_entry_that_replaces_another(acme, tmp_path):
    other = written(tmp_path, "other.json", own(said("The kettle is cold")))
    error = fault_of(acme, other)
    assert error.path == str(other)
    assert error.place == "entries[0] (acme.im 77)"
    assert '"replaces": true' in error.fault
    for number in (True, False):
        data = own({**said("The kettle is cold"), "replaces": True}, {"code": 1})
        other = written(tmp_path, "other.json", data)
        codegloss.load_catalog(acme, other, *[other] * number)
        assert resolved() == ("resolved", "The kettle is cold")
    # A third file may say the same again, or replace that in its turn.
    third = written(tmp_path, "third.json", own(said("The kettle is cold")))
    codegloss.load_catalog(acme, other, third)
    assert resolved() == ("resolved", "The kettle is cold")
    data = own({**said("The kettle is gone"), "replaces": True})
    codegloss.load_catalog(acme, other, written(tmp_path, "third.json", data))
    assert resolved() == ("resolved", "The kettle is gone")


def test_an_entry_that_replaces_a_shipped_one(tmp_path):
    fact = {"product": "tencent.live", "code": 100018, **said("Our own words")}
    error = fault_of(written(tmp_path, "own.json", own(fact)))
    assert "replaces" in error.fault
    path = written(tmp_path, "own.json", own({**fact, "replaces": True}))
    catalog = codegloss.load_catalog(path)
    answer = codegloss.resolve(100018, scope="tencent.live")
    assert (answer.status, answer.meaning) == ("resolved", "Our own words")
    assert "replaces" not in answer.entry.raw
    assert len(catalog.entries) == len(_catalog.SHIPPED.entries)
    codegloss.load_catalog()
    assert codegloss.resolve(100018, scope="tencent.live").meaning != "Our own words"


def test_all_entries_of_a_code_are_replaced(tmp_path):
    """And only those of the same table."""
    data = own({}, said("Another"), {**said("In a table"), "table": "detail"})
    several = written(tmp_path, "several.json", data)
    codegloss.load_catalog(several)
    assert codegloss.resolve(77, scope="acme.im").status == "ambiguous"
    data = own(*({**said(f"New {n}"), "replaces": True} for n in range(2)))
    catalog = codegloss.load_catalog(several, written(tmp_path, "new.json", data))
    meanings = [e.meaning["en"] for e in catalog.entries if e.scope == "acme.im"]
    assert meanings == ["In a table", "New 0", "New 1"]
    data = own({**said("New"), "replaces": True, "table": "detail"})
    catalog = codegloss.load_catalog(several, written(tmp_path, "new.json", data))
    meanings = [e.meaning["en"] for e in catalog.entries if e.scope == "acme.im"]
    assert meanings == ["The server is a teapot", "Another", "New"]


def test_a_code_in_another_form_is_another_code(tmp_path):
    one = written(tmp_path, "one.json", own({"code": "E77"}))
    two = written(tmp_path, "two.json", own({"code": "e77"}, {"code": 77}))
    assert codegloss.load_catalog(one, two)


# --- others, and what is ours of theirs ----------------------------------------------


class AgoraRtcError(Exception):
    """As an SDK raises it."""

    __module__ = "agora.errors"

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def agora(**marks):
    """Return a catalog for a company that is foreign to the shipped one."""
    fact = {**own({"product": "agora.rtc", "code": 70123})["entries"][0]}
    return {
        "schema": 1,
        "vendors": {"agora": {"names": {"en": "Agora"}, **marks}},
        "products": {"agora.rtc": {"names": {"en": "Agora RTC"}}},
        "entries": [fact],
    }


def foreign_after(tmp_path, **marks):
    return codegloss.load_catalog(
        written(tmp_path, "agora.json", agora(**marks))
    ).foreign.get("agora")


def test_a_vendor_of_ones_own_is_foreign_no_longer(tmp_path):
    error = AgoraRtcError(70123)
    events = [
        {"logger": "agora.rtc", "code": 70123},
        {"event": "join failed", "exc_info": error},
        {"sdk": "Agora", "code": 70123},
    ]
    assert [codegloss.enrich(event) for event in events] == [{}] * 3
    left = foreign_after(tmp_path, aliases=["agora"])
    for event in events:
        assert codegloss.enrich(event)["meaning"] == "The server is a teapot", event
    assert codegloss.advise(error).retryable is False
    assert left == {
        "aliases": ["声网"], "hosts": ["*.agora.io", "*.sd-rtn.com"], "modules": [],
    }  # fmt: skip
    codegloss.load_catalog()
    assert [codegloss.enrich(event) for event in events] == [{}] * 3


def test_names_are_ours_in_any_spelling(tmp_path):
    theirs = {"foreign": {"agora": {"modules": ["agora_rtc"], "aliases": ["Ago-RA"]}}}
    data = {**agora(prefixes=["AGORA"]), **theirs}
    catalog = codegloss.load_catalog(written(tmp_path, "agora.json", data))
    # The scope `agora.rtc` is an alias too.
    assert catalog.foreign["agora"]["modules"] == []
    assert catalog.foreign["agora"]["aliases"] == ["声网"]
    # A vendor's id alone claims nothing: it is no alias either.
    assert foreign_after(tmp_path)["aliases"] == ["agora", "声网"]


@pytest.mark.parametrize(
    ("host", "left"),
    [
        ("api.agora.io", ["*.agora.io", "*.sd-rtn.com"]),
        ("*.agora.io", ["*.sd-rtn.com"]),
        ("*agora.io", ["*.sd-rtn.com"]),
        ("*.io", ["*.sd-rtn.com"]),
        ("*.agora.io/v1", ["*.agora.io", "*.sd-rtn.com"]),
        ("*.rtc.agora.io", ["*.agora.io", "*.sd-rtn.com"]),
    ],
)
def test_hosts_are_ours_where_ours_covers_them(tmp_path, host, left):
    assert foreign_after(tmp_path, hosts=[host])["hosts"] == left
    url = f"https://{host.replace('*', 'rtc')}/v1"
    assert codegloss.enrich({"url": url, "code": 70123})["vendor"] == "agora"


def test_fields_are_ours_with_the_last_name(tmp_path):
    everything = {"aliases": ["agora", "声网"], "hosts": ["*.agora.io", "*.sd-rtn.com"]}
    assert foreign_after(tmp_path, **everything) is None
    theirs = {"foreign": {"agora": {"keys": ["agoraId", "agoraKey"]}}}

    def keys(**marks):
        data = {**agora(**marks), **theirs}
        catalog = codegloss.load_catalog(written(tmp_path, "agora.json", data))
        return catalog.foreign["agora"]["keys"]

    assert keys(aliases=["agora"]) == ["agoraId", "agoraKey"]
    assert keys(aliases=["agora", "声网"]) == []
    assert keys(envelopes=[["agoraId", "agoraCode"]]) == ["agoraKey"]


def test_the_shipped_catalog_claims_nothing_of_others(acme):
    assert codegloss.load_catalog(acme).foreign == _catalog.SHIPPED.foreign
