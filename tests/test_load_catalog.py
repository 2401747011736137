"""Catalog files of one's own: `codegloss.load_catalog`."""

from __future__ import annotations

import copy
import json
import pathlib
import threading

import pytest

import codegloss
from codegloss._catalog import load as _catalog
from codegloss._catalog.validate import first_fault

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
    assert enricher.enrich({"code": 77})["product"] == "im"


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
        {},
        "products.acme.im.tables.detail: fields is missing",
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
    (("entries", 0, "remedy"), {"en": ""}, f"{ENTRY}.remedy.en: must not be empty"),
    (("entries", 0, "category"), "BAD", f"{ENTRY}.category: must be one of OK, CANCEL"),
    (("entries", 0, "category"), ["X"], f"{ENTRY}.category: must be one of OK, CANCEL"),
    (("entries", 0, "retryable"), 1, f"{ENTRY}.retryable: must be of type boolean or"),
    (("entries", 0, "symbols"), [1], f"{ENTRY}.symbols[0]: must be of type string"),
    (("entries", 0, "texts"), [], f"{ENTRY}.texts: must not be []"),
    (("entries", 0, "message"), 1, f"{ENTRY}.message: must be of type string or null"),
    (("entries", 0, "retry"), 1, f"{ENTRY}.retry: must be of type object or null"),
    (("entries", 0, "retry", "kind"), "throtling", f"{ENTRY}.retry.kind: must be one"),
    (("entries", 0, "retry", "min_delay_s"), 0, f"{ENTRY}.retry.min_delay_s: must no"),
    (("entries", 0, "retry", "min_delay_s"), "5", f"{ENTRY}.retry.min_delay_s: must b"),
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
        "ownRequired", "additionalProperties", "properties", "pattern", "errorMessage",
        "propertyNames", "items", "minItems", "uniqueItems", "minLength", "maxLength",
        "format", "minimum", "exclusiveMinimum", "enum", "allOf",
    }  # fmt: skip
    schemas = [schema]
    for each in schemas:
        assert each.keys() <= known
        schemas += each.get("properties", {}).values()
        schemas += each.get("$defs", {}).values()
        inner = [each.get("items"), each.get("additionalProperties")]
        schemas += [part for part in inner if isinstance(part, dict)]
    full = jsonschema.Draft202012Validator(schema)
    ours = ("is not in", "is above", "found True")  # beyond any schema, or stricter
    for place, value, fault in BROKEN:
        if any(each in fault for each in ours):
            continue
        data = copy.deepcopy(ACME)
        _set(place, value)(data)
        paths = {tuple(error.absolute_path) for error in full.iter_errors(data)}
        assert any(path == place[: len(path)] for path in paths), place
    assert first_fault(json.loads(shipped().read_text("utf-8"))) is None


def test_a_file_that_is_given_twice(acme):
    codegloss.load_catalog(acme, acme)
    assert codegloss.resolve(77, scope="acme").status == "resolved"


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


def test_a_scope_that_would_be_lost(acme):
    codegloss.load_catalog(acme)
    enricher = codegloss.Enricher(scope="acme")
    with pytest.raises(ValueError, match="unknown scope 'acme'"):
        codegloss.load_catalog()
    assert enricher.enrich({"code": 77})
    del enricher
    codegloss.load_catalog()


def test_events_while_the_catalog_is_swapped(acme):
    enricher = codegloss.Enricher(scope="netease.nim")
    wrong = []

    def read():
        if enricher.enrich({"code": 416}).get("product") != "nim":
            wrong.append(1)

    swap_while(read, acme)
    assert not wrong
