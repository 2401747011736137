"""The loguru patcher on real loggers."""

from __future__ import annotations

import io
import json
import logging
import pickle
import sys

import pytest

pytest.importorskip("loguru")

from loguru import logger

from codegloss.loguru import GlossFormat, GlossPatcher, compose


@pytest.fixture(autouse=True)
def _reset():
    logger.remove()
    yield
    logger.remove()
    logger.configure(patcher=lambda _: None, extra={})
    logger.add(sys.stderr)


@pytest.fixture
def extras():
    """Log through a fresh logger with our patcher; return each record's extra."""
    seen = []
    logger.add(lambda message: seen.append(message.record["extra"]), format="{extra}")
    logger.configure(patcher=GlossPatcher(scope="tencent"))
    return seen


def test_golden(case, extras):
    bound = logger.bind(**case.fields).opt(exception=case.error)
    getattr(bound, case.level)(case.message)
    assert extras[0] == {**case.fields, **case.adds}


def test_no_code(extras):
    logger.info("hello")
    assert extras == [{}]


class TestWhereACodeComesFrom:
    def test_keyword(self, extras):
        logger.error("join failed", code=100018)
        assert extras[0]["product"] == "live"

    def test_keyword_that_is_formatted(self, extras):
        logger.error("join failed: {code}", code=100018)
        assert extras[0]["product"] == "live"

    def test_bind(self, extras):
        logger.bind(code=100018).error("join failed")
        assert extras[0]["product"] == "live"

    def test_contextualize(self, extras):
        with logger.contextualize(sdk="NIM"):
            logger.info("send failed", code=416)
        logger.info("send failed", code=416)
        assert ["product" in extra for extra in extras] == [True, False]

    def test_extra_of_the_logger(self, extras):
        logger.configure(extra={"sdk": "NIM"})
        logger.info("send failed", code=416)
        assert extras[0]["product"] == "nim"

    def test_lazy_and_record(self, extras):
        logger.opt(lazy=True).error("join failed", code=lambda: 100018)
        logger.opt(record=True).error("{record[level]}: join failed", code=100018)
        logger.opt(colors=True).error("<red>join</red> failed", code=100018)
        logger.opt(raw=True).error("join failed\n", code=100018)
        assert ["product" in extra for extra in extras] == [True] * 4

    def test_not_captured(self, extras):
        logger.opt(capture=False).error("join failed {code}", code=100018)
        assert extras[0]["product"] == "live"  # the message holds it

    def test_text_of_warnings_and_on_request(self, extras):
        logger.error("TUILiveKit: join failed, code=100018")
        logger.info("TUILiveKit: join failed, code=100018")
        logger.configure(patcher=GlossPatcher(text=True))
        logger.info("TUILiveKit: join failed, code=100018")
        logger.error("join failed")
        found = ["product" in extra for extra in extras]
        assert found == [True, False, True, False]


def test_nothing_leaks_into_the_bound_logger(extras):
    bound = logger.bind(sdk="NIM", code=416)
    bound.error("first")
    bound.error("second")
    assert extras[0] == extras[1]
    assert "product" in extras[0]


class TestExceptions:
    def test_logged(self, extras, room_error):
        try:
            raise room_error(100018)
        except room_error as error:
            logger.exception("join failed")
            logger.opt(exception=error).info("join failed")
            logger.opt(exception=True).info("join failed")
            logger.opt(exception=sys.exc_info()).info("join failed")
        assert [extra["product"] for extra in extras] == ["live"] * 4

    def test_caught(self, extras, room_error):
        @logger.catch
        def fail():
            raise room_error(100018)

        fail()
        with logger.catch(message="join failed", level="ERROR"):
            fail.__wrapped__()
        with logger.catch(level="INFO", reraise=False):
            raise RuntimeError("join failed") from room_error(100018)
        assert [extra["product"] for extra in extras] == ["live"] * 3

    def test_none_there(self, extras):
        logger.exception("nothing was raised")
        logger.opt(exception=ValueError("100018")).error("join failed")
        assert extras == [{}, {}]


def test_level_name_and_message_are_evidence(extras):
    logger.info("done", code=100018)
    logger.error("done", code=100018)
    logger.info("it failed", code=100018)
    assert ["product" in extra for extra in extras] == [False, True, True]


def test_a_level_of_ones_own(extras):
    if "PANIC" not in logger._core.levels:
        logger.level("PANIC", no=60)
    logger.log("PANIC", "done", code=100018, sdk="TUILiveKit")
    logger.log(45, "done", code=100018, sdk="TUILiveKit")
    assert [extra["product"] for extra in extras] == ["live", "live"]
    logger.log(45, "done", code=100018)  # no evidence but the level, by its number
    logger.log(25, "done", code=100018)
    assert [extra.get("product") for extra in extras[2:]] == ["live", None]


def test_fields_of_the_user_hide_nothing(extras):
    """Names under which the message, logger and level are laid beside the fields."""
    taken = {"log": "x", "event": "y", "log_logger": 1, "severity_text": None}
    logger.error("done", code=100018, **taken)
    assert extras[0]["product"] == "live"
    assert {key: extras[0][key] for key in taken} == taken


def test_composed_patchers_can_be_pickled(extras):
    both = pickle.loads(
        pickle.dumps(
            compose(GlossPatcher(scope="tencent"), GlossPatcher(scope="tencent"))
        )
    )
    logger.configure(patcher=both)
    logger.error("join failed", code=100018)
    assert extras[0]["product"] == "live"


def test_chain_and_compose(extras):
    first = compose(
        lambda r: r["extra"].update(code=100018), GlossPatcher(scope="tencent")
    )
    logger.configure(patcher=first)
    logger.patch(lambda r: r["extra"].update(seen=dict(r["extra"]))).error("x")
    logger.patch(GlossPatcher(language="zh")).error("x")
    assert extras[0]["product"] == "live"
    assert extras[0]["seen"]["product"] == "live"
    assert extras[1]["codegloss_meaning"] != extras[1]["meaning"]


def test_a_second_time_changes_nothing(extras):
    logger.patch(GlossPatcher(scope="tencent")).error("join failed", code=100018)
    assert set(extras[0]) == {"code", "vendor", "product", "meaning", "retryable"}


def test_filters_see_the_gloss():
    seen = []
    logger.configure(patcher=GlossPatcher(scope="tencent"))
    logger.add(seen.append, filter=lambda r: r["extra"].get("retryable") is True)
    logger.error("send failed", code=416, sdk="NIM")
    logger.error("join failed", code=100018)
    logger.error("no code")
    assert len(seen) == 1


def test_below_the_level_nothing_is_done():
    seen = []
    patcher = GlossPatcher(scope="tencent")
    logger.add(seen.append, level="ERROR")
    logger.configure(patcher=patcher)
    logger.info("join failed", code=100018)
    assert seen == []
    assert patcher.__self__.stats()["resolved"] == 0


@pytest.mark.parametrize("enqueue", [False, True], ids=["", "enqueue"])
def test_serialize(enqueue, room_error):
    lines = []
    logger.add(lines.append, serialize=True, enqueue=enqueue)
    logger.configure(patcher=GlossPatcher(language="zh", scope="tencent.live"))
    logger.error("join failed", code=100018)
    logger.error("join failed", code=11000, serverCode=405, sdk="NERTC")
    try:
        raise room_error(100019)
    except room_error:
        logger.exception("join failed")
    logger.complete()
    logger.remove()
    first, several, third = (json.loads(line)["record"]["extra"] for line in lines)
    assert first["product"] == third["product"] == "live"
    assert first["meaning"] != third["meaning"]
    assert "\\u" not in lines[0]
    assert [gloss["code"] for gloss in several["glosses"]] == [405, 11000]


class TestFormat:
    @pytest.fixture
    def written(self):
        stream = io.StringIO()
        logger.configure(patcher=GlossPatcher(scope="tencent"))

        def use(format_, **options):
            logger.add(stream, format=format_, catch=False, **options)
            return stream.getvalue

        return use

    def test_what_loguru_itself_does(self, written):
        written("{message} {extra[meaning]}")
        with pytest.raises(KeyError):
            logger.info("joined")

    def test_some_records_have_a_gloss(self, written):
        text = written(GlossFormat("{level} {message} {extra[meaning]}"))
        logger.info("joined")
        logger.error("join failed", code=100018)
        logger.info("left")
        assert text().splitlines() == [
            "INFO joined ",
            "ERROR join failed The room requires a password",
            "INFO left ",
        ]

    def test_each_field_for_itself(self, written):
        template = "{extra[room]}|{extra[vendor]}|{extra[remedy]!r}|{{x}} {message}"
        text = written(GlossFormat(template, default="-"))
        logger.error("a", code=100018)
        logger.error("b", room="{r}")
        assert text() == "-|tencent|-|{x} a\n{r}|-|-|{x} b\n"

    def test_width(self, written):
        text = written(
            GlossFormat("[{extra[vendor]: <9}|{extra[n]:>4d}|{extra[at]:%H:%M}]")
        )
        logger.error("x", code=100018, n=7)
        logger.error("x")
        assert text() == "[tencent  |   7|]\n[         ||]\n"

    @pytest.mark.parametrize("default", ["<red>{}</red>", "<none>", "</x>", "<", "\\"])
    def test_a_default_is_taken_as_it_is(self, written, default):
        template = "{extra[meaning]: <{extra[width]}}{message}"
        text = written(GlossFormat(template, default=default), colorize=False)
        logger.error("x")
        assert text() == f"{default}x\n"

    def test_markup_time_and_exception(self, written, room_error):
        template = "<green>{time:YYYY}</green> <level>{message}</level> {extra[vendor]}"
        text = written(GlossFormat(template), colorize=True)
        try:
            raise room_error(100018)
        except room_error:
            logger.exception("join failed")
        first, *_, last = text().splitlines()
        assert first.startswith("\x1b[32m2")
        assert first.endswith(" tencent")
        assert "RoomError" in last

    def test_many_different_records(self):
        template = "".join(f"{{extra[k{n}]}}" for n in range(10))
        made = GlossFormat(template)
        for n in range(200):
            extra = {f"k{bit}": 1 for bit in range(10) if n >> bit & 1}
            filled = made({"extra": extra}).format(extra=extra, exception="")
            assert filled == "1" * len(extra) + "\n"
        assert len(made._made) <= 64

    def test_pickle(self):
        made = pickle.loads(pickle.dumps(GlossFormat("{extra[a]}", default="-")))
        assert made({"extra": {}}) == "-\n{exception}"

    def test_default_for_every_record(self):
        """The other way: a patcher after ours that fills in what is missing."""
        stream = io.StringIO()
        logger.add(stream, format="{message}:{extra[meaning]}", catch=False)
        logger.configure(
            patcher=compose(
                GlossPatcher(scope="tencent"),
                lambda r: r["extra"].setdefault("meaning", ""),
            )
        )
        logger.info("joined")
        logger.error("join failed", code=100018)
        assert stream.getvalue() == (
            "joined:\njoin failed:The room requires a password\n"
        )


def test_into_standard_logging():
    """A sink that is a handler gets the gloss in the record's `extra`."""
    records = []

    class Handler(logging.Handler):
        def emit(self, record):
            records.append(record)

    logger.configure(patcher=GlossPatcher(scope="tencent"))
    logger.add(Handler(), format="{message}")
    logger.error("join failed", code=100018)
    assert records[0].extra["product"] == "live"


class TestHarm:
    def test_a_hostile_extra(self, extras, production):
        class Hostile:
            def __hash__(self):
                raise RuntimeError

            def __eq__(self, other):
                raise RuntimeError

        logger.bind(code=Hostile()).error("x")
        assert len(extras) == 1

    def test_a_record_of_another_make(self, production):
        patcher = GlossPatcher(text=True)
        record = {"extra": {"code": 100018}, "exception": None}
        patcher(record)
        assert record == {"extra": {"code": 100018}, "exception": None}
        assert patcher.__self__.stats()["errors"] == 1

    def test_a_broken_enricher(self, extras, production, monkeypatch):
        patcher = GlossPatcher(scope="tencent")
        monkeypatch.setattr(patcher.__self__, "engine", None)
        logger.configure(patcher=patcher)
        logger.error("join failed", code=100018)
        monkeypatch.setattr(patcher.__self__, "is_clear", None)
        logger.error("join failed", code=100018)
        assert extras == [{"code": 100018}, {"code": 100018}]
        assert patcher.__self__.stats()["errors"] == 2


def test_pickle(extras):
    logger.configure(patcher=pickle.loads(pickle.dumps(GlossPatcher(scope="tencent"))))
    logger.error("join failed", code=100018)
    assert extras[0]["product"] == "live"


def test_mistakes_are_told_at_once():
    with pytest.raises(ValueError, match="tencent"):
        GlossPatcher(scope="tencant")
