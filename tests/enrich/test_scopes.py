"""Scopes of a block, of one event and of the whole process."""

from __future__ import annotations

import asyncio

import pytest

import codegloss
from samples import product


class TestScope:
    def test_block(self):
        event = {"code": 416}
        assert codegloss.enrich(event) == {}
        with codegloss.scope("netease.nim"):
            assert codegloss.enrich(event)["product"] == "nim"
            with codegloss.scope("netease.webrtc"):
                assert codegloss.enrich(event)["product"] == "webrtc"
            assert codegloss.resolve(416).product == "nim"
        assert codegloss.enrich(event) == {}

    def test_decorator(self):
        @codegloss.scope("netease.nim")
        def call(code):
            return codegloss.enrich({"code": code})

        @codegloss.scope("netease.nim")
        async def call_async(code):
            await asyncio.sleep(0)
            return codegloss.enrich({"code": code})

        assert call(416)["product"] == "nim"
        assert asyncio.run(call_async(416))["product"] == "nim"
        assert call.__name__ == "call"

    def test_a_generator_has_none(self):
        def numbers():
            yield 416

        async def later():
            yield 416

        for function in (numbers, later):
            with pytest.raises(TypeError, match="a generator cannot have a scope"):
                codegloss.scope("netease.nim")(function)

    def test_a_generator_that_is_closed_in_the_block_of_another(self):
        def numbers():
            with codegloss.scope("netease.nim"):
                yield 416

        iterator = numbers()
        next(iterator)
        with codegloss.scope("netease.webrtc"):
            iterator.close()
            assert codegloss.enrich({"code": 416})["product"] == "webrtc"
        assert codegloss.enrich({"code": 416}) == {}

    def test_tasks_do_not_see_each_other(self):
        async def call(scope):
            with codegloss.scope(scope):
                await asyncio.sleep(0)
                return codegloss.enrich({"code": 416})["product"]

        async def both():
            return await asyncio.gather(call("netease.nim"), call("netease.webrtc"))

        assert asyncio.run(both()) == ["nim", "webrtc"]

    def test_of_one_event(self):
        assert codegloss.enrich({"code": 416}, scope="netease.nim")["product"] == "nim"
        with codegloss.scope("netease.webrtc"):
            added = codegloss.enrich({"code": 416}, scope="netease.nim")
        assert added["product"] == "nim"

    def test_configured(self):
        assert product({"code": 416}, scope="netease.nim") == "nim"
        assert product({"code": 416}, scope=["netease.nim", "tencent"]) == "nim"

    @pytest.mark.parametrize("scope", ["nimm", "netease.im", "tencnet", ""])
    def test_unknown(self, scope):
        with pytest.raises(ValueError, match="did you mean"):
            codegloss.scope(scope)
        with pytest.raises(ValueError, match="did you mean"):
            codegloss.Enricher(scope=scope)

    def test_none_at_all(self):
        with pytest.raises(ValueError, match="a scope is needed"):
            codegloss.scope()
