"""Sentry's SDK itself, with the events it would send."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest

import codegloss
from codegloss.sentry import GlossBeforeSend, GlossBeforeSendLog

sentry_sdk = pytest.importorskip("sentry_sdk")
from sentry_sdk.transport import Transport

NIM = {
    "codegloss.vendor": "netease",
    "codegloss.product": "nim",
    "codegloss.code": "416",
    "codegloss.retryable": "true",
}


class Kept(Transport):
    """Keep what would be sent."""

    def __init__(self, options=None):
        super().__init__(options)
        self.items = []

    def capture_envelope(self, envelope):
        for item in envelope.items:
            self.items.append((item.type, item.payload.json))

    def of(self, kind):
        return [payload for each, payload in self.items if each == kind]


@pytest.fixture
def sentry():
    """Return a function that starts the SDK, and what it sent."""
    clients = []

    def start(**options):
        kept = Kept()
        sentry_sdk.init(
            dsn="http://key@127.0.0.1:9/1",
            transport=kept,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            **options,
        )
        clients.append(sentry_sdk.get_client())
        return kept

    with sentry_sdk.isolation_scope() as scope:
        scope.clear()
        yield start
    for client in clients:
        client.close()
    sentry_sdk.init(auto_enabling_integrations=False, default_integrations=False)


@pytest.fixture
def logger():
    made = logging.getLogger("rtc.tencent")
    made.setLevel(logging.INFO)
    handler = logging.StreamHandler(io.StringIO())
    made.addHandler(handler)
    yield made
    made.removeHandler(handler)


def caught(error, cause=None):
    try:
        raise error from cause
    except Exception as raised:
        return raised


class TestEvents:
    def test_captured_exception(self, sentry, room_error):
        kept = sentry(before_send=GlossBeforeSend(scope="tencent"))
        error = caught(RuntimeError("no team"), caught(room_error(100018)))
        sentry_sdk.capture_exception(error)
        (event,) = kept.of("event")
        assert event["tags"] == {
            "codegloss.vendor": "tencent",
            "codegloss.product": "live",
            "codegloss.code": "100018",
            "codegloss.retryable": "false",
        }
        context = event["contexts"]["codegloss"]
        assert context["meaning"] == "The room requires a password"
        assert context["remedy"]
        assert context["category"] == "UNAUTHENTICATED"
        assert "trace" in event["contexts"]

    def test_record_of_logging(self, sentry, logger):
        kept = sentry(before_send=GlossBeforeSend())
        logger.error("join failed", extra={"code": 100018})
        logger.error("refused", extra={"response": {"ErrorCode": 100018}})
        logger.error("%(sdk)s says %(code)s", {"sdk": "NIM", "code": 416})
        first, second, third = kept.of("event")
        assert first["tags"]["codegloss.product"] == "live"
        assert second["tags"]["codegloss.product"] == "live"
        assert third["tags"] == NIM

    def test_what_other_integrations_wrote_is_said_again(self, sentry, logger):
        from codegloss.logging import GlossFilter

        kept = sentry(before_send=GlossBeforeSend())
        logger.handlers[0].addFilter(GlossFilter())
        logger.error("join failed", extra={"code": 100018})
        logger.error("no room", extra={"code": 100004})
        first, second = kept.of("event")
        assert first["extra"]["product"] == "live"
        assert first["tags"]["codegloss.product"] == "live"
        # What is open for one is open for the other.
        assert second["extra"]["candidates"] == ["tencent.live", "tencent.roomengine"]
        assert (
            second["contexts"]["codegloss"]["candidates"]
            == (second["extra"]["candidates"])
        )

    def test_loguru(self, sentry):
        loguru = pytest.importorskip("loguru")
        from sentry_sdk.integrations.loguru import LoguruEventHandler

        kept = sentry(before_send=GlossBeforeSend())
        number = loguru.logger.add(LoguruEventHandler(), level="ERROR")
        loguru.logger.error("send failed", sdk="NIM", code=416)
        loguru.logger.remove(number)
        (event,) = kept.of("event")
        assert event["tags"] == NIM

    def test_structlog(self, sentry):
        structlog = pytest.importorskip("structlog")
        kept = sentry(before_send=GlossBeforeSend())
        log = structlog.wrap_logger(
            logging.getLogger("rtc.tencent"),
            processors=[structlog.stdlib.render_to_log_kwargs],
        )
        log.error("join failed", code=100018)
        (event,) = kept.of("event")
        assert event["tags"]["codegloss.product"] == "live"

    def test_scope_of_a_block(self, sentry):
        kept = sentry(before_send=GlossBeforeSend())
        with codegloss.scope("netease.nim"):
            sentry_sdk.set_tag("code", 416)
            sentry_sdk.capture_message("send failed", level="error")
        assert kept.of("event")[0]["tags"]["codegloss.product"] == "nim"

    def test_breadcrumbs(self, sentry, logger):
        kept = sentry(before_send=GlossBeforeSend())
        logger.info("slow", extra={"code": 100018})
        sentry_sdk.capture_message("something else")
        (event,) = kept.of("event")
        (data,) = [
            crumb["data"]
            for crumb in event["breadcrumbs"]["values"]
            if crumb["message"] == "slow"
        ]
        assert data["code"] == 100018
        assert data["codegloss.product"] == "live"
        assert "codegloss.product" not in (event.get("tags") or {})

    def test_nothing_to_say(self, sentry, logger):
        kept = sentry(before_send=GlossBeforeSend(fingerprint=True))
        logger.error("not found", extra={"code": 404, "method": "GET", "path": "/x"})
        (event,) = kept.of("event")
        assert "codegloss" not in json.dumps(
            {key: event.get(key) for key in ("tags", "contexts", "fingerprint")}
        )

    def test_hook_of_the_user(self, sentry):
        seen = []

        def mine(event, hint):
            seen.append((event["tags"]["codegloss.code"], "exc_info" in hint))
            event["tags"]["mine"] = "1"
            return event if len(seen) < 2 else None

        kept = sentry(before_send=GlossBeforeSend(mine, scope="tencent"))
        for _ in range(2):
            sentry_sdk.set_tag("code", 100018)
            sentry_sdk.capture_message("send failed", level="error")
        (event,) = kept.of("event")
        assert event["tags"]["mine"] == "1"
        assert seen == [("100018", False)] * 2

    def test_tags_of_the_user_stay(self, sentry):
        kept = sentry(before_send=GlossBeforeSend(scope="tencent"))
        sentry_sdk.set_tag("code", 100018)
        sentry_sdk.set_tag("codegloss.vendor", "mine")
        sentry_sdk.capture_message("send failed", level="error")
        tags = kept.of("event")[0]["tags"]
        assert tags["codegloss.vendor"] == "mine"
        assert tags["codegloss.code"] == "100018"


class TestFingerprint:
    @pytest.mark.parametrize(
        ("code", "grouped"),
        [(100018, ["codegloss", "tencent", "live", "100018"]), (100004, None)],
        ids=["one meaning", "several"],
    )
    def test_by_code(self, sentry, logger, code, grouped):
        kept = sentry(before_send=GlossBeforeSend(fingerprint=True))
        logger.error("join failed", extra={"code": code})
        assert kept.of("event")[0].get("fingerprint") == grouped

    def test_of_the_user(self, sentry, logger):
        kept = sentry(before_send=GlossBeforeSend(fingerprint=True))
        with sentry_sdk.new_scope() as scope:
            scope.fingerprint = ["mine"]
            logger.error("join failed", extra={"code": 100018})
        assert kept.of("event")[0]["fingerprint"] == ["mine"]


def test_transactions(sentry):
    kept = sentry(before_send_transaction=GlossBeforeSend(), traces_sample_rate=1.0)
    with sentry_sdk.start_transaction(name="send") as transaction:
        transaction.set_data("code", 416)
        transaction.set_data("sdk", "NIM")
        with sentry_sdk.start_span(op="rtc", name="join") as span:
            span.set_data("response", {"ErrorCode": 100018, "sdk": "TUILiveKit"})
        with sentry_sdk.start_span(op="http", name="get") as span:
            span.set_data("code", 404)
    (event,) = kept.of("transaction")
    assert event["contexts"]["trace"]["data"]["codegloss.product"] == "nim"
    first, second = event["spans"]
    assert first["data"]["codegloss.meaning"] == "The room requires a password"
    assert not [key for key in second["data"] if key.startswith("codegloss")]


class TestLogs:
    def sent(self, kept):
        sentry_sdk.flush()
        return [
            {key: value["value"] for key, value in log["attributes"].items()}
            for batch in kept.of("log")
            for log in batch["items"]
        ]

    def test_attributes(self, sentry, logger):
        kept = sentry(before_send_log=GlossBeforeSendLog(), enable_logs=True)
        logger.error("join failed", extra={"code": 100018})
        logger.error("%(sdk)s says %(code)s", {"sdk": "NIM", "code": 416})
        logger.info("fine", extra={"code": 200})
        first, second, third = self.sent(kept)
        assert first["codegloss.meaning"] == "The room requires a password"
        assert first["codegloss.retryable"] is False
        assert second["codegloss.product"] == "nim"
        assert "codegloss.product" not in third

    def test_hook_of_the_user(self, sentry, logger):
        def mine(log, hint):
            return None if "codegloss.code" in log["attributes"] else log

        kept = sentry(before_send_log=GlossBeforeSendLog(mine), enable_logs=True)
        logger.error("join failed", extra={"code": 100018})
        logger.error("another")
        assert len(self.sent(kept)) == 1


class TestHostile:
    @pytest.mark.parametrize(
        "event",
        [
            {},
            {"tags": 1, "extra": [], "breadcrumbs": 2, "contexts": None},
            {"breadcrumbs": {"values": [None, {"data": 3}, {}]}, "logentry": "x"},
            {"type": "transaction", "spans": 1, "contexts": {"trace": None}},
            {"type": "transaction", "spans": [None, {"data": None}]},
            {"extra": {1: 2, None: {"code": 416}}, "tags": [["code", "416"]]},
        ],
        ids=repr,
    )
    def test_odd_events_pass(self, event):
        for hook in (GlossBeforeSend(scope="netease.nim"), GlossBeforeSendLog()):
            assert hook(event, None) is event
            assert hook(event, {"exc_info": 1}) is event

    def test_nothing_is_raised(self, production):
        class Hostile(dict):
            def get(self, *_):
                raise RuntimeError("no")

        event = Hostile()
        before = codegloss.stats()["errors"]
        assert GlossBeforeSend()(event, {}) is event
        assert GlossBeforeSendLog()(event, {}) is event
        assert codegloss.stats()["errors"] == before + 2

    def test_unknown_scope(self):
        with pytest.raises(ValueError, match="unknown scope"):
            GlossBeforeSend(scope="nothing")


def test_every_event_counts_once(sentry, logger):
    seen = []
    hook = GlossBeforeSend(on_gloss=seen.append)
    sentry(before_send=hook)
    logger.error("join failed", extra={"code": 100018})
    logger.error("join failed", extra={"code": 100018})  # the first is a breadcrumb now
    assert [each.code for each in seen] == [100018, 100018]


def test_import_needs_no_sentry():
    import subprocess

    code = "import sys; sys.modules['sentry_sdk'] = None; import codegloss.sentry"
    subprocess.run([sys.executable, "-c", code], check=True)
