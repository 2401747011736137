"""The checker of catalog.json finds every kind of fault, and all of them at once."""

from __future__ import annotations

import copy
import json

import pytest

from scripts import TOP, script

pytest.importorskip("jsonschema")
checker = script("catalog_check")

ABSENT = object()
RETRY = {"source": "derived", "kind": "transient", "needs": "none"}
FULL = ("The room is full", "房间人数已满", "Wait for a seat", "等有人离开")
BUSY = ("The server is busy", "服务端太忙", "Try again later", "稍后再试")
DONE = ("The request succeeded", "请求已成功", "Nothing to do", "无需处理")


def entry(product, code, words, category, *rows, **more):
    meaning, meaning_zh, remedy, remedy_zh = words
    document = product.replace(".", "-")
    return {
        "product": product,
        "code": code,
        "message": "vendor text",
        "meaning": {"en": meaning, "zh": meaning_zh},
        "remedy": {"en": remedy, "zh": remedy_zh},
        "category": category,
        "fault": "unknown",
        "retryable": False,
        "retry": {"source": "derived"},
        "source": [{"document": document, "section": "1", "row": n} for n in rows],
        **more,
    }


def marks(name, *hosts, **more):
    names = {"en": name, "zh": name}
    return {"names": names, "aliases": [f"{name} kit"], "hosts": [*hosts], **more}


def document(product, rows):
    about = {"product": product, "title": "Codes", "date": "2026-01-31"}
    return {**about, "rows": rows, "kind": "page"}


CHAT = "entries[0] (acme.chat 0)"
FULL_CHAT = "entries[1] (acme.chat 7)"
BUSY_CHAT = "entries[2] (acme.chat 9)"
TABLE_CHAT = "entries[3] (acme.chat E_FULL)"
FULL_ROOM = "entries[4] (acme.room 7)"
SOUND = {
    "schema": 1,
    "version": "2026.01.31",
    "vendors": {
        "acme": marks(
            "acme", "*.acme.com", prefixes=["acme"], envelopes=[["acmeId", "acmeCode"]]
        )
    },
    "products": {
        "acme.chat": marks(
            "chatter",
            "chat.acme.com/v1",
            short_aliases=["talk"],
            prefixes=["talk"],
            success=[0],
            tables={"inner": {"fields": ["innerCode"]}},
        ),
        "acme.room": marks(
            "roomer",
            shares=[{"product": "acme.chat", "from": 5, "to": 7}],
        ),
    },
    "documents": {
        "acme-chat": document("acme.chat", 5),
        "acme-room": document("acme.room", 1),
    },
    "foreign": {
        "umbrella": {
            "aliases": ["umbrella"],
            "hosts": [],
            "modules": [],
            "keys": ["virus"],
        }
    },
    "http_texts": {"404": ["not found"]},
    "entries": [
        entry("acme.chat", 0, DONE, "OK", 1),
        entry("acme.chat", 7, FULL, "RESOURCE_EXHAUSTED", 2, 3),
        entry("acme.chat", 9, BUSY, "UNAVAILABLE", 4, retryable=True, retry=RETRY),
        entry("acme.chat", "E_FULL", FULL, "RESOURCE_EXHAUSTED", 5, table="inner"),
        entry("acme.room", 7, FULL, "RESOURCE_EXHAUSTED", 1),
    ],
}


def changed(*changes):
    """Return the text of the sound catalog with some values set or taken away."""
    data = copy.deepcopy(SOUND)
    for path, value in changes:
        *steps, last = (int(s) if s.isdigit() else s for s in path.split("/"))
        place = data
        for step in steps:
            place = place[step]
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
    return checker.canonical(json.dumps(data))


SOUND_TEXT = changed()

# The path of the value changed, its new value, and how the fault reported begins.
FAULTS = {
    # the schema
    "not an object": ("vendors/acme", 3, "vendors.acme: 3 is not of type 'object'"),
    "section missing": ("foreign", ABSENT, "file: 'foreign' is a required property"),
    "section unknown": ("extra", 1, "file: Additional properties are not allowed"),
    "schema number": ("schema", 2, "schema: 1 was expected"),
    "version": ("version", "1", "version: '1': must be written 2026.01.31"),
    "scope": ("products/Chat", marks("x"), "products: 'Chat': must be written vendor"),
    "date": ("documents/acme-chat/date", "2026-02-31", "documents.acme-chat.date:"),
    "host": (
        "vendors/acme/hosts/0",
        "https://acme.com",
        "vendors.acme.hosts[0]: 'https://acme.com': must be a lowercase host",
    ),
    "HTTP status": ("http_texts/999", ["x"], "http_texts: '999': must be an HTTP"),
    "key unknown": (
        "entries/1/colour",
        "red",
        f"{FULL_CHAT}: Additional properties are not allowed ('colour'",
    ),
    "key missing": (
        "entries/1/fault",
        ABSENT,
        f"{FULL_CHAT}: 'fault' is a required property",
    ),
    "category unknown": (
        "entries/1/category",
        "FULL",
        f"{FULL_CHAT}.category: 'FULL' is not one of",
    ),
    "fault unknown": ("entries/1/fault", "me", f"{FULL_CHAT}.fault: 'me' is not one"),
    "code with a fraction": (
        "entries/1/code",
        7.0,
        "entries[1] (acme.chat 7.0).code: must be a whole number, or a text of 1 to 64",
    ),
    "code a string of digits": (
        "entries/3/code",
        "77",
        "entries[3] (acme.chat 77).code: '77': must be a whole number, or a text",
    ),
    "code a truth value": (
        "entries/1/code",
        True,
        "entries[1] (acme.chat True).code: must be a whole number, or a text",
    ),
    "symbol": (
        "entries/1/symbols",
        ["NO SPACES"],
        f"{FULL_CHAT}.symbols[0]: 'NO SPACES': must be a bare identifier",
    ),
    "replaces": (
        "entries/1/replaces",
        True,
        f"{FULL_CHAT}: replaces is for catalogs of one's own: here the entry itself",
    ),
    "line end in an id": (
        "documents/acme-chat/product",
        "acme.chat\n",
        "documents.acme-chat.product: 'acme.chat\\n': must be written vendor.product",
    ),
    "control character": (
        "entries/1/meaning/en",
        "Full\x1b[2J",
        f"{FULL_CHAT}.meaning.en: 'Full\\x1b[2J': must be one line of text, not empty",
    ),
    "direction of writing": (
        "entries/1/texts",
        ["\u202etxt.exe"],
        f"{FULL_CHAT}.texts[0]: '\\u202etxt.exe': must be one line of text, not empty",
    ),
    "placeholders": (
        "entries/1/message",
        "%s of {name} of %s",
        f"{FULL_CHAT}.message: '%s of {{name}} of %s': must be one line of text, not",
    ),
    "message too long": (
        "entries/1/message",
        "x" * 301,
        f"{FULL_CHAT}.message: 'xxxxxxxxxxxxxxxx",
    ),
    "asterisks": (
        "vendors/acme/hosts/0",
        "*a*.*.com",
        "vendors.acme.hosts[0]: '*a*.*.com': must be a lowercase host, or a host and a",
    ),
    # empty sentences
    "meaning en empty": (
        "entries/1/meaning/en",
        "",
        f"{FULL_CHAT}.meaning.en: '': must be one line of text, not empty",
    ),
    "meaning zh blank": (
        "entries/1/meaning/zh",
        " ",
        f"{FULL_CHAT}.meaning.zh: ' ': must be one line of text, not empty",
    ),
    "remedy en blank": (
        "entries/1/remedy/en",
        "\n",
        f"{FULL_CHAT}.remedy.en: '\\n': must be one line of text, not empty",
    ),
    "remedy zh missing": (
        "entries/1/remedy/zh",
        ABSENT,
        f"{FULL_CHAT}.remedy: 'zh' is a required property",
    ),
    # retryable and retry
    "retryable true, no retry": (
        "entries/2/retry",
        None,
        f"{BUSY_CHAT}.retry: retryable true needs a retry with source, kind and needs",
    ),
    "retryable true, no kind": (
        "entries/2/retry/kind",
        ABSENT,
        f"{BUSY_CHAT}.retry: retryable true needs a retry with source, kind and needs",
    ),
    "retryable true, no needs": (
        "entries/2/retry/needs",
        ABSENT,
        f"{BUSY_CHAT}.retry: retryable true needs a retry with source, kind and needs",
    ),
    "retryable false, no retry": (
        "entries/0/retry",
        None,
        f"{CHAT}.retry: retryable false needs a retry with a source",
    ),
    "retryable null, retry": (
        "entries/2/retryable",
        None,
        f"{BUSY_CHAT}.retry: retryable null leaves nothing to say: retry must be null",
    ),
    "retry kind unknown": (
        "entries/2/retry/kind",
        "luck",
        f"{BUSY_CHAT}.retry.kind: 'luck' is not one of",
    ),
    # copied sentences
    "English copied from the message": (
        "entries/2/message",
        "the server is BUSY!",
        f"{BUSY_CHAT}.meaning.en: is copied from the vendor: 'the server is BUSY!'",
    ),
    "Chinese copied from a text": (
        "entries/2/texts",
        ["服务端 太忙。"],
        f"{BUSY_CHAT}.meaning.zh: is copied from the vendor: '服务端 太忙。'",
    ),
    "English copied from another code's text": (
        "entries/1/message",
        "the server is BUSY!",
        f"{BUSY_CHAT}.meaning.en: is copied from the vendor: 'the server is BUSY!'",
    ),
    "remedy copied from a text": (
        "entries/2/texts",
        ["Try again later."],
        f"{BUSY_CHAT}.remedy.en: is copied from the vendor: 'Try again later.'",
    ),
    # style
    "Chinese meaning too long": (
        "entries/2/meaning/zh",
        "忙" * 46,
        f"{BUSY_CHAT}.meaning.zh: has 46 characters, more than 45",
    ),
    "Chinese remedy too long": (
        "entries/2/remedy/zh",
        "等" * 76,
        f"{BUSY_CHAT}.remedy.zh: has 76 characters, more than 75",
    ),
    "meaning too long": (
        "entries/2/meaning/en",
        "B" * 91,
        f"{BUSY_CHAT}.meaning.en: has 91 characters, more than 90",
    ),
    "remedy too long": (
        "entries/2/remedy/en",
        "B" * 121,
        f"{BUSY_CHAT}.remedy.en: has 121 characters, more than 120",
    ),
    "English full stop": (
        "entries/2/meaning/en",
        "Busy.",
        f"{BUSY_CHAT}.meaning.en: ends with a full stop: 'Busy.'",
    ),
    "Chinese full stop": (
        "entries/2/remedy/zh",
        "稍后。",
        f"{BUSY_CHAT}.remedy.zh: ends with a full stop: '稍后。'",
    ),
    "small letter": (
        "entries/2/meaning/en",
        "busy now",
        f"{BUSY_CHAT}.meaning.en: starts with neither a capital letter",
    ),
    "spaces": (
        "entries/2/meaning/en",
        "Busy  now",
        f"{BUSY_CHAT}.meaning.en: has too many spaces",
    ),
    "English in Chinese": (
        "entries/2/meaning/en",
        "太忙",
        f"{BUSY_CHAT}.meaning.en: is not in the language en",
    ),
    "Chinese in English": (
        "entries/2/meaning/zh",
        "Too busy",
        f"{BUSY_CHAT}.meaning.zh: is not in the language zh",
    ),
    # success
    "success code not OK": (
        "entries/0/category",
        "INTERNAL",
        f"{CHAT}: is a success code, so it is OK and not INTERNAL",
    ),
    "OK on another code": (
        "products/acme.chat/success",
        [],
        f"{CHAT}: is OK, but no success code of its product",
    ),
    "OK in a table": (
        "entries/3/category",
        "OK",
        f"{TABLE_CHAT}: is OK, but no success code of its product",
    ),
    "OK to be retried": (
        "entries/0/retryable",
        None,
        f"{CHAT}: is OK, so retryable must be false",
    ),
    # same fact, same words
    "same meaning, other Chinese": (
        "entries/4/meaning/zh",
        "房间满了",
        f"{FULL_ROOM}.meaning.zh: '房间满了' is not '房间人数已满' as in {FULL_CHAT}",
    ),
    "same Chinese, other English": (
        "entries/4/meaning/en",
        "Room full",
        f"{FULL_ROOM}.meaning.en: 'Room full' is not 'The room is full' as in",
    ),
    "same meaning in another case": (
        "entries/4/meaning/en",
        "The Room is full",
        f"{FULL_ROOM}.meaning.en: 'The Room is full' is not 'The room is full' as in",
    ),
    "same meaning, other category": (
        "entries/4/category",
        "NOT_FOUND",
        f"{FULL_ROOM}.category: 'NOT_FOUND' is not 'RESOURCE_EXHAUSTED' as in",
    ),
    "same meaning, other retryable": (
        "entries/4/retryable",
        None,
        f"{FULL_ROOM}.retryable: None is not False as in {FULL_CHAT}, which means",
    ),
    # rows
    "row missing": (
        "documents/acme-room/rows",
        2,
        "documents.acme-room: row 2 stands in no entry",
    ),
    "row twice": (
        "entries/2/source/0/row",
        3,
        f"documents.acme-chat: row 3 stands in {FULL_CHAT} and {BUSY_CHAT}",
    ),
    "row too many": (
        "documents/acme-chat/rows",
        4,
        f"{TABLE_CHAT}: acme-chat has no row 5",
    ),
    "row not named": (
        "entries/4/source/0/row",
        ABSENT,
        f"{FULL_ROOM}: acme-room has no row null",
    ),
    "row in a document without rows": (
        "documents/acme-room/rows",
        0,
        f"{FULL_ROOM}: acme-room has no row 1",
    ),
    # unknown things
    "vendor unknown": (
        "vendors",
        {},
        "products.acme.chat: its vendor is not in vendors",
    ),
    "product unknown": (
        "entries/4/product",
        "acme.zoo",
        "entries[4] (acme.zoo 7): product 'acme.zoo' is not in products",
    ),
    "document unknown": (
        "entries/4/source/0/document",
        "zoo",
        f"{FULL_ROOM}: document 'zoo' is not in documents",
    ),
    "document of another product": (
        "documents/acme-room/product",
        "acme.chat",
        f"{FULL_ROOM}: document 'acme-room' is about another product",
    ),
    "document's product unknown": (
        "documents/acme-room/product",
        "acme.zoo",
        "documents.acme-room: its product is not in products",
    ),
    "table unknown": (
        "entries/3/table",
        "outer",
        "entries[3] (acme.chat E_FULL): acme.chat has no table 'outer'",
    ),
    "table without entries": (
        "products/acme.room/tables",
        {"outer": {"fields": ["outerCode"]}},
        "products.acme.room.tables.outer: no entry stands in it",
    ),
    "share's product unknown": (
        "products/acme.room/shares/0/product",
        "acme.zoo",
        "products.acme.room.shares[0]: product 'acme.zoo' is not in products",
    ),
    "share without codes": (
        "products/acme.room/shares/0/to",
        6,
        "products.acme.room.shares[0]: acme.chat has no code from 5 to 6",
    ),
    "SDK code the same": (
        "entries/1/sdk_code",
        7,
        f"{FULL_CHAT}: sdk_code says the same as code",
    ),
    # claims
    "alias that says nothing": (
        "vendors/acme/aliases/0",
        "--",
        "acme.aliases: '--' has no letter and no digit",
    ),
    "alias that is a common word": (
        "vendors/acme/aliases/0",
        "HTTP",
        "acme.aliases: 'HTTP' is too common a word",
    ),
    "foreign alias that is a common word": (
        "foreign/umbrella/aliases/0",
        "error",
        "foreign.umbrella.aliases: 'error' is too common a word",
    ),
    "short alias of two products": (
        "products/acme.room/short_aliases",
        ["Talk"],
        "acme.room.short_aliases: 'Talk' belongs to acme.chat too",
    ),
    "short alias that is a product": (
        "products/acme.room/short_aliases",
        ["chat"],
        "acme.room.short_aliases: 'chat' belongs to acme.chat too",
    ),
    "prefix of two products": (
        "products/acme.room/prefixes",
        ["talk"],
        "acme.room.prefixes: 'talk' belongs to acme.chat too",
    ),
    "field of two tables": (
        "products/acme.room/tables",
        {"outer": {"fields": ["inner_code"]}},
        "outer.tables: 'inner_code' belongs to inner too",
    ),
    "alias ours and foreign": (
        "foreign/umbrella/aliases/0",
        "Chatter-Kit",
        "foreign.umbrella.aliases: 'Chatter-Kit' belongs to acme.chat too",
    ),
    "prefix ours, module foreign": (
        "foreign/umbrella/modules",
        ["talk"],
        "foreign.umbrella.modules: 'talk' belongs to acme.chat too",
    ),
    "host ours and foreign": (
        "foreign/umbrella/hosts",
        ["*.acme.com"],
        "foreign.umbrella.hosts: '*.acme.com' belongs to acme too",
    ),
    "foreign host under ours": (
        "foreign/umbrella/hosts",
        ["umbrella.acme.com"],
        "foreign.umbrella.hosts: 'umbrella.acme.com' belongs to acme too",
    ),
    "scope ours, module foreign": (
        "foreign/umbrella/modules",
        ["acme_room"],
        "foreign.umbrella.modules: 'acme_room' belongs to acme.room too",
    ),
    "key ours and foreign": (
        "foreign/umbrella/keys",
        ["acmeId"],
        "foreign.umbrella.keys: 'acmeId' belongs to acme too",
    ),
    "door ours, alias foreign": (
        "products/acme.chat/tables/inner/doors",
        ["umbrella"],
        "foreign.umbrella.aliases: 'umbrella' belongs to acme.chat too",
    ),
    "vendor that is foreign": (
        "foreign/acme",
        {"aliases": [], "hosts": [], "modules": ["acmelib"]},
        "foreign.acme.id: 'acme' belongs to acme too",
    ),
    "alias of two strangers": (
        "foreign/tricell",
        {"aliases": ["Umbrella"], "hosts": [], "modules": []},
        "foreign.umbrella.aliases: 'umbrella' belongs to foreign.tricell too",
    ),
    "key of two strangers": (
        "foreign/tricell",
        {"aliases": ["tricell"], "hosts": [], "modules": [], "keys": ["virus"]},
        "foreign.umbrella.keys: 'virus' belongs to foreign.tricell too",
    ),
    # duplicates
    "same product, code and meaning": (
        "entries/4/product",
        "acme.chat",
        "entries[2] (acme.chat 7): says the same as entries[1] (acme.chat 7)",
    ),
}


def test_shipped_catalog_has_no_fault():
    with open(TOP / "catalog.json", encoding="utf-8", newline="") as file:
        text = file.read()
    assert checker.check(text) == []
    assert checker.canonical(text) == text


def test_sound_catalog_has_no_fault():
    assert checker.check(SOUND_TEXT) == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_is_reported(fault):
    path, value, expected = fault
    found = checker.check(changed((path, value)))
    assert [line for line in found if line.startswith(expected)], found


def test_every_pair_of_ours_and_others_is_reported():
    found = checker.check(
        changed(
            ("foreign/umbrella/hosts", ["chat.acme.com"]),
            ("foreign/umbrella/aliases", ["talk"]),
            ("products/acme.room/aliases", ["Talk"]),
        )
    )
    for mark in ("foreign.umbrella.hosts: 'chat.acme.com'", "foreign.umbrella.al"):
        assert len([line for line in found if line.startswith(mark)]) == 2, found


def test_all_faults_are_reported_in_one_run():
    faults = {
        "entries/0/retry": (None, f"{CHAT}.retry: "),
        "entries/1/category": ("FULL", f"{FULL_CHAT}.category: "),
        "entries/2/meaning/en": ("busy.", f"{BUSY_CHAT}.meaning.en: ends with"),
        "entries/2/remedy": (7, f"{BUSY_CHAT}.remedy: 7 is not"),
        "entries/3/table": ("outer", f"{TABLE_CHAT}: acme.chat has no table"),
        "entries/4/source": ("here", f"{FULL_ROOM}.source: 'here' is not"),
        "documents/acme-chat/rows": (6, "documents.acme-chat: row 6 stands in no"),
        "vendors/acme/aliases": (["?"], "acme.aliases: '?' has no letter"),
        "foreign/umbrella": (None, "foreign.umbrella: None is not"),
    }
    text = changed(*((path, value) for path, (value, _) in faults.items()))
    found = checker.check(text.replace('"schema": 1', '"schema":1'))
    for expected in ("line 2: is not in", *(line for _, line in faults.values())):
        assert [line for line in found if line.startswith(expected)], expected


@pytest.mark.parametrize("path", ["vendors", "products", "documents", "foreign"])
@pytest.mark.parametrize("value", [None, 1, "x", [1], {"x": 1}, {"x": {"hosts": 1}}])
def test_no_shape_stops_the_check(path, value):
    assert checker.check(changed((path, value)))


@pytest.mark.parametrize("key", SOUND["entries"][2])
@pytest.mark.parametrize("value", [None, [], {}, [[]], {"en": []}, 1.5, True])
def test_no_shape_of_an_entry_stops_the_check(key, value):
    checker.check(changed((f"entries/2/{key}", value)))


FORMS = {
    "space": ('"code": 9', '"code":9', "line 24: is not in canonical form"),
    "escape": ("太", "\\u592a", "line 24: is not in canonical form, see --fix"),
    "line break": ("{\n", "{", "line 1: is not in canonical form, see --fix"),
    "line ends": ("\n", "\r\n", "line 1: is not in canonical form, see --fix"),
    "end of file": ("]\n}\n", "]\n}", "file: has 28 lines where 29 are canonical"),
    "no JSON": ("{\n", "", "file: is not JSON: "),
    "NaN": ('"rows": 5', '"rows": NaN', "file: NaN is no JSON number"),
    "twice": ('"rows": 5', '"rows": 4, "rows": 5', "file: key 'rows' stands twice"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_form_is_checked(form):
    old, new, expected = form
    found = checker.check(SOUND_TEXT.replace(old, new))
    assert [line for line in found if line.startswith(expected)], found


def test_keys_are_put_in_order():
    text = SOUND_TEXT.replace('"rows": 5, "kind": "page"', '"kind": "page", "rows": 5')
    assert checker.check(text) == ["line 12: is not in canonical form, see --fix"]
    assert checker.canonical(text) == SOUND_TEXT


def test_order_is_checked_and_restored():
    lines = SOUND_TEXT.split("\n")
    first, last = lines.index(' "entries": [') + 1, len(lines) - 4
    assert '"acme.chat", "code": 0' in lines[first]
    assert '"acme.room"' in lines[last]
    lines[first + 1], lines[first + 3] = lines[first + 3], lines[first + 1]
    text = "\n".join(lines)
    assert checker.check(text) == [
        "entries[2] (acme.chat 9): belongs before entries[1] (acme.chat E_FULL)",
        "entries[3] (acme.chat 7): belongs before entries[2] (acme.chat 9)",
    ]
    assert checker.canonical(text) == SOUND_TEXT
    text = SOUND_TEXT.replace('"acme-chat": {', '"acme-zoo": {')
    assert "documents.acme-room: belongs before acme-zoo" in checker.check(text)


class TestMain:
    def test_sound_file_is_summed_up(self, tmp_path, capsys):
        file = tmp_path / "catalog.json"
        file.write_bytes(SOUND_TEXT.encode())
        assert checker.main([str(file)]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "5 entries, no faults",
            "  acme-chat: 4 entries, 5 rows",
            "  acme-room: 1 entries, 1 rows",
        ]

    def test_counts(self, tmp_path, capsys):
        file = tmp_path / "catalog.json"
        file.write_bytes(SOUND_TEXT.encode())
        assert checker.main(["--counts", str(file)]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "     5 entries",
            "     4 acme.chat",
            "     1   table inner",
            "     4   document acme-chat",
            "     1 acme.room",
            "     1   document acme-room",
        ]
        file.write_text("{")
        assert checker.main(["--counts", str(file)]) == 1
        assert capsys.readouterr().out.startswith("file: is not JSON")

    def test_fix_changes_the_form_and_nothing_else(self, tmp_path, capsys):
        file = tmp_path / "catalog.json"
        text = changed(("entries/2/meaning/en", "busy."))
        file.write_text(json.dumps(json.loads(text), indent=4), encoding="utf-8")
        assert checker.main(["--fix", str(file)]) == 1
        assert file.read_bytes() == text.encode()
        assert "ends with a full stop: 'busy.'" in capsys.readouterr().out

    @pytest.mark.parametrize("text", ["[1,", "[1]", '{"a": 1, "a": 2}'])
    def test_fix_leaves_what_it_cannot_read(self, tmp_path, text):
        file = tmp_path / "catalog.json"
        file.write_text(text, encoding="utf-8")
        assert checker.main(["--fix", str(file)]) == 1
        assert file.read_text(encoding="utf-8") == text

    def test_file_that_cannot_be_read_is_a_fault(self, tmp_path, capsys):
        assert checker.main([str(tmp_path / "none.json")]) == 1
        (tmp_path / "binary.json").write_bytes(b"\xff")
        assert checker.main([str(tmp_path / "binary.json")]) == 1
        assert capsys.readouterr().out.count("file: ") == 2


def test_schema_is_valid():
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(checker._schema())
