"""Where a code is looked for: fields, containers, exceptions."""

from __future__ import annotations

import dataclasses
import sys
import types
from collections import UserDict, namedtuple

import pytest

import codegloss
from samples import NEED_PASSWORD, Failure, RoomError, product


class TestDetection:
    @pytest.mark.parametrize(
        "field",
        ["code", "Code", "CODE", "error_code", "errorCode", "ErrorCode", "errcode"]
        + ["error-code", "error.code", "ERROR_CODE", "errCode", "err_code", "ret"]
        + ["retcode", "result_code", "tuiLiveCode", "tencent.code", "bizCode"],
    )
    def test_spellings(self, field):
        assert product({field: 100018}, scope="tencent") == "live"

    @pytest.mark.parametrize(
        "field",
        ["status", "status_code", "http_status", "exit_code", "errno", "port", "zip"]
        + ["http.response.status_code", "rpc.grpc.status_code", "auth_code", "barcode"]
        + ["db.response.status_code", "currency_code", "close_code", "lang_code"],
    )
    def test_fields_that_are_never_looked_at(self, field):
        assert codegloss.Enricher(scope="tencent").enrich({field: 100018}) == {}

    @pytest.mark.parametrize(
        "container",
        ["error", "err", "exc", "exception", "response", "result", "body", "data"]
        + ["detail", "errors"],
    )
    def test_containers(self, container):
        assert product({container: {"code": "100018"}}, scope="tencent") == "live"
        assert product({container: [{"code": 100018}]}, scope="tencent") == "live"
        assert product({container: '{"code":100018}'}, scope="tencent") == "live"
        assert product({container: "{no json"}, scope="tencent") is None

    @pytest.mark.parametrize("container", ["carrier", "address", "order", "stats"])
    def test_containers_that_are_no_errors(self, container):
        assert product({container: {"code": 100018}}, scope="tencent") is None

    def test_nested(self):
        event = {"response": {"body": {"error": {"code": 100018}}}}
        assert product(event, scope="tencent") == "live"
        assert product({"data": event}, scope="tencent") is None  # too deep

    def test_exception(self):
        assert product({"exc_info": RoomError(100018)}) == "live"
        assert product({"error": RoomError(100018)}) == "live"
        error = RoomError(100018)
        assert product({"exc_info": (RoomError, error, None)}) == "live"

    def test_current_exception(self):
        try:
            raise RoomError(100018)
        except RoomError:
            assert product({"exc_info": True}) == "live"
        assert product({"exc_info": True}) is None

    def test_cause_explains(self):
        outer = RoomError(100019)
        outer.__cause__ = RoomError(100018)
        added = codegloss.enrich({"exc_info": outer}, scope="tencent")
        assert added["meaning"] == NEED_PASSWORD["meaning"]
        assert [gloss["code"] for gloss in added["glosses"]] == [100018, 100019]

    def test_context_and_its_suppression(self):
        error = ValueError("x")
        error.__context__ = RoomError(100018)
        assert product({"exc_info": error}) == "live"
        error.__suppress_context__ = True
        assert product({"exc_info": error}) is None

    @pytest.mark.skipif(sys.version_info < (3, 11), reason="no exception groups")
    def test_exception_group(self):
        group = ExceptionGroup("both", [ValueError(), RoomError(100018)])  # noqa: F821
        assert product({"exc_info": group}) == "live"

    def test_cycle_of_causes(self):
        first, second = RoomError(100018), RoomError(100019)
        first.__cause__, second.__cause__ = second, first
        assert product({"exc_info": first}) == "live"

    def test_error_objects(self):
        @dataclasses.dataclass
        class Result:
            code: int

        class Slotted:
            __slots__ = ("code", "unset")

        slotted = Slotted()
        slotted.code = 100018
        pair = namedtuple("Result", "code message")  # noqa: PYI024
        for thing in (
            Result(100018),
            slotted,
            pair(100018, "x"),
            types.SimpleNamespace(code=100018),
        ):
            assert product({"error": thing}, scope="tencent") == "live"

    def test_nothing_is_called(self):
        class Lazy(Exception):
            @property
            def code(self):
                raise AssertionError

        class Method(Exception):
            def code(self):
                raise AssertionError

        assert product({"exc_info": Lazy()}, scope="tencent") is None
        assert product({"exc_info": Method()}, scope="tencent") is None

    def test_class_constant(self):
        class NeedPassword(Exception):
            code = 100018

        assert product({"exc_info": NeedPassword()}) == "live"

    def test_other_mappings(self):
        assert product(UserDict(code=100018), scope="tencent") == "live"
        event = {"error": types.MappingProxyType({"code": 100018})}
        assert product(event, scope="tencent") == "live"


class TestExceptionInfo:
    def test_the_passing_exception_is_the_users(self):
        # One more in front of it, and its root would not be read.
        error = Failure(code=100018, sdk="TUILiveKit")
        for _ in range(7):
            outer = Failure()
            outer.__cause__ = error
            error = outer
        try:
            raise error
        except Failure:
            for _ in range(2):
                added = codegloss.Enricher().enrich({"exc_info": True})
                assert added["product"] == "live"

    def test_exceptions_of_one_class_that_say_different_things(self):
        enricher = codegloss.Enricher(scope="tencent")
        codes = [100018, True, None, "100018", 100018]
        said = [
            enricher.enrich({"error": Failure(code=code)}).get("product")
            for code in codes
        ]
        assert said == ["live", None, None, "live", "live"]

    @pytest.mark.parametrize("flag", [1, True])
    def test_flags(self, flag):
        enricher = codegloss.Enricher()
        for number, said in ((100018, "live"), (107404, "nim"), (1, None)):
            try:
                raise Failure(
                    code=number, sdk="TUILiveKit" if said == "live" else "NIM"
                )
            except Failure:
                added = enricher.enrich({"event": "x", "exc_info": flag})
            assert added.get("product") == said

    @pytest.mark.parametrize("link", ["__cause__", "__context__"])
    def test_what_is_behind_one_is_told_from_another(self, link):
        class NIMError(Exception):
            pass

        enricher = codegloss.Enricher()
        for cls, said in ((NIMError, True), (KeyError, False), (NIMError, True)):
            error = Failure(code=416)
            setattr(error, link, cls("x"))
            assert bool(enricher.enrich({"exc_info": error})) == said

    def test_groups_as_the_backport_keeps_them(self):
        class BaseExceptionGroup(Exception):
            def __init__(self, *members):
                super().__init__("unhandled errors in a TaskGroup")
                self._exceptions = members

        enricher = codegloss.Enricher()
        for number, said in ((999999, False), (416, True), (999999, False)):
            error = BaseExceptionGroup(Failure(code=number, sdk="NIM"))
            assert bool(enricher.enrich({"exc_info": error})) == said

    def test_three_exceptions_are_no_exc_info(self):
        errors = [Failure(code=code) for code in (100018, 100019, 100020)]
        added = codegloss.enrich({"sdk": "TUILiveKit", "errors": errors})
        assert len(added["glosses"]) == 3
