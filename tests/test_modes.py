"""The options that choose what is looked at and spoken of."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import pytest

import codegloss
from codegloss import testing


def product(event, scope=None, **options):
    # What is tested here is not whether a number alone is enough.
    options.setdefault("guess", True)
    return codegloss.Enricher(**options).enrich(event, scope=scope).get("product")


class TestText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("join failed code=100018", "live"),
            ("join failed, errCode: 100018, room r-7", "live"),
            ("[error: 100018, message: need password]", "live"),
            ("seat denied (100018)", "live"),
            ("加入失败，错误码：100018", "live"),  # noqa: RUF001
            ("V2NIMError: call failed, code 416", "nim"),
            ("[NIM] rejected, errCode: 416", "nim"),
            ("join failed: ChannelJoinError 20111", "webrtc"),
            ("lost <NEED_PASSWORD 100018> error", "live"),
            ("status code 404 from api", None),
            ("http.code: 503 failed", None),
            ("failed for user 100018", None),
            ("error 7", None),
            ("finished code=100018", None),
            ("exit code 100018 failed", None),
        ],
    )
    def test_codes_in_text(self, text, expected):
        assert product({"event": text}, text=True) == expected
        assert product({"message": text}, text=True) == expected
        assert product({"event": text}) is None

    def test_only_texts_with_a_number_are_looked_at(self):
        enricher = codegloss.Enricher(text=True)
        assert enricher.is_clear({"event": "hello"})
        assert not enricher.is_clear({"event": "hello 42"})
        assert not enricher.is_clear({"event": "hello", "code": 1})

    def test_text_of_an_exception(self):
        error = RuntimeError("join failed: code=100018")
        assert product({"exc_info": error}) == "live"
        assert product({"event": str(error)}) is None

    def test_text_in_an_error_container_needs_no_option(self):
        assert product({"error": "room denied (100018)"}) == "live"
        assert product({"result": "room denied (100018)"}) is None


class TestChoices:
    def test_scope_of_a_logger(self):
        scopes = {"rtc": "netease.webrtc", "rtc.chat": "netease.nim"}
        enricher = codegloss.Enricher(scope="tencent", scopes=scopes)
        for logger, expected in (
            ("rtc.chat.sender", "nim"),
            ("rtc.chat", "nim"),
            ("rtc.media", "webrtc"),
            ("rtcx", None),
        ):
            added = enricher.enrich({"code": 416, "logger": logger})
            assert added.get("product") == expected
        with codegloss.scope("netease.nim"):
            added = enricher.enrich({"code": 416, "logger": "rtc"})
            assert added["product"] == "nim"

    def test_further_and_ignored_fields(self):
        event = {"upstream_result": 100018, "event": "join failed"}
        assert product(event) is None
        assert product(event, code_fields=["upstream_result"]) == "live"
        event = {"ret": 100018, "event": "join failed"}
        assert product(event) == "live"
        assert product(event, ignored_fields=["ret"]) is None

    def test_one_name_is_as_good_as_a_list_of_one(self):
        enricher = codegloss.Enricher(
            fields="product",
            code_fields="ticket",
            ignored_fields="code",
            only="tencent",
        )
        event = {"sdk": "TUILiveKit", "code": 100012, "ticket": 100018}
        assert enricher.enrich(event) == {"product": "live"}

    def test_only_and_never(self):
        event = {"event": "join failed", "code": 100004, "vendor": "tencent"}
        assert product(event, only=["tencent.live"]) == "live"
        assert product(event, never=["tencent.roomengine"]) == "live"
        assert product(event, only=["tencent"], never=["tencent.live"]) == (
            "roomengine"
        )
        assert product(event, never=["tencent"]) is None

    @pytest.mark.parametrize("option", ["only", "never"])
    def test_unknown_product(self, option):
        with pytest.raises(ValueError, match="unknown scope 'nimm'"):
            codegloss.Enricher(**{option: ["nimm"]})

    def test_unknown_scope_of_a_logger(self):
        with pytest.raises(ValueError, match="unknown scope 'nimm'"):
            codegloss.Enricher(scopes={"rtc": "nimm"})

    def test_everything_survives_pickling(self):
        options = {
            "scope": ("tencent",),
            "scopes": {"rtc": "netease.nim"},
            "text": True,
            "guess": True,
            "code_fields": ("a",),
            "ignored_fields": ("b",),
            "only": ("tencent",),
            "never": ("netease",),
        }
        enricher = codegloss.Enricher(**options)
        copied = pickle.loads(pickle.dumps(enricher))
        assert copied.config == enricher.config


class TestRecords:
    def test_entry(self):
        entry = codegloss.resolve(416, scope="netease.nim").entry
        assert (entry.vendor, entry.product) == ("netease", "nim")
        assert repr(entry).startswith("Entry('netease.nim', 416, ")
        assert pickle.loads(pickle.dumps(entry)).meaning == entry.meaning
        with pytest.raises(AttributeError):
            entry.nothing  # noqa: B018

    def test_entries_are_equal_by_what_they_say(self):
        answer = codegloss.resolve(416, scope="netease.nim")
        again = pickle.loads(pickle.dumps(answer))
        assert again == answer
        assert hash(again.entry) == hash(answer.entry)
        assert again.entry != codegloss.resolve(414, scope="netease.nim").entry
        assert answer.entry != 416

    def test_counters_never_go_back(self):
        enricher = codegloss.Enricher(scope="tencent")
        before = codegloss.stats()["resolved"]
        enricher.enrich({"code": 100018, "level": "error"})
        assert codegloss.stats()["resolved"] == before + 1
        del enricher
        gc.collect()
        assert codegloss.stats()["resolved"] == before + 1

    def test_catalog(self):
        catalog = codegloss.load_catalog()
        assert repr(catalog).endswith(f"{len(catalog.entries)} entries>")
        assert "netease.nim" in catalog.scopes()

    def test_error(self):
        error = codegloss.CatalogError("a.json", "entries[1]", "is broken")
        copied = copy.copy(pickle.loads(pickle.dumps(error)))
        assert str(copied) == "a.json: entries[1]: is broken"
        assert copied.place == "entries[1]"

    def test_running(self):
        assert testing.active_catalog() is codegloss.load_catalog()


class TestEdges:
    def test_an_ambiguous_answer_says_what_all_agree_on(self):
        fields = ("symbol", "message", "vendor", "product", "fault", "retry_after")
        enricher = codegloss.Enricher(fields=fields)
        agreed = {"vendor": "tencent", "fault": "caller", "message": "房间不存在"}
        candidates = ["tencent.live", "tencent.roomengine"]
        assert enricher.enrich({"code": 100004}, scope="tencent") == {
            **agreed,
            "symbol": "ERR_ROOM_ID_NOT_EXIST",
            "candidates": candidates,
        }
        assert "message" not in enricher.enrich({"code": 100003}, scope="tencent")

    def test_classes_that_are_gone_are_forgotten(self):
        enricher = codegloss.Enricher(scope="tencent")
        classes = []
        for number in range(600):
            cls = type(f"Room{number}Error", (Exception,), {"code": 100018})
            assert enricher.enrich({"exc_info": cls()})["product"] == "live"
            classes.append(weakref.ref(cls))
        del cls
        gc.collect()
        assert not any(each() for each in classes)

    def test_a_message_that_says_nothing(self):
        assert product({"code": 1004, "msg": "...", "sdk": "NERoom"}) == "neroom"

    def test_a_page_of_html_is_nobodys_answer(self):
        event = {"url": "https://api.netease.im/nimserver/x", "code": 503}
        assert product(event) == "nim"
        assert product({**event, "body": "<html><head>503</head></html>"}) is None

    def test_another_product_of_the_vendor(self):
        event = {"provider": "tencent", "result": {"ret": 100016, "msg": "bad token"}}
        assert codegloss.enrich(event) == {}
        event["result"]["msg"] = "the user is banned"
        assert codegloss.enrich(event)["product"] == "live"

    def test_what_is_said_of_a_request_is_evidence_only(self):
        request = {"url": "https://roomkit.netease.im/v1", "code": 1004}
        event = {"request": request, "response": {"code": 1017}}
        added = codegloss.enrich(event)
        assert added["product"] == "neroom"
        assert "glosses" not in added
