"""Catalog files of one's own: `codegloss.load_catalog`."""

from __future__ import annotations

import json
import threading

import pytest

import codegloss

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


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data.update(schema=2), "schema: must be 1, found 2"),
        (lambda data: data.update(vendors=[]), "vendors: must be a JSON dict"),
        (
            lambda data: data.update(vendors={"acme": 1}),
            "vendors.acme: must be a JSON object",
        ),
        (
            lambda data: data["vendors"]["acme"].update(aliases="x"),
            "vendors.acme.aliases: must be a list of strings",
        ),
        (
            lambda data: data["products"].update({"Acme": {}}),
            "products.Acme: must be written vendor.product, in lowercase",
        ),
        (
            lambda data: data["entries"].append(1),
            "entries[2]: must be a JSON object",
        ),
        *(
            (
                lambda data, key=key, value=value: data["entries"][0].update(
                    {key: value}
                ),
                f"entries[0] ({product} {code}): {fault}",
            )
            for key, value, product, code, fault in (
                ("product", "acme.x", "acme.x", 77, "names a product that is not in"),
                ("code", True, "acme.im", True, "code must be a number or a string"),
                ("code", None, "acme.im", None, "code must be a number or a string"),
                ("meaning", "x", "acme.im", 77, "meaning must map a language to"),
                ("remedy", {"zh": "x"}, "acme.im", 77, "remedy has no English text"),
                ("category", "BAD", "acme.im", 77, "category 'BAD' is no gRPC status"),
                ("retryable", 1, "acme.im", 77, "retryable must be true, false or"),
                ("symbols", [1], "acme.im", 77, "symbols must be a list of strings"),
                ("message", 1, "acme.im", 77, "message must be a string or null"),
                ("retry", 1, "acme.im", 77, "retry must be an object or null"),
            )
        ),
    ],
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


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[1]", "must hold a JSON object"),
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
    monkeypatch.setattr("codegloss._catalog._MAX_BYTES", 10)
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
    done = threading.Event()

    def read():
        while not done.is_set():
            if enricher.enrich({"code": 416}).get("product") != "nim":
                wrong.append(1)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(3):
        codegloss.load_catalog(acme)
        codegloss.load_catalog()
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
