"""Errors that stand in the body of an answer."""

from __future__ import annotations

import copy
import pickle

import pytest

import codegloss
from codegloss import testing
from codegloss.retry import (
    PermanentVendorError,
    RetryableVendorError,
    UnknownVendorError,
    advise,
    is_retryable,
    raise_for_code,
)
from raising import raised

NIM = "netease.nim"
VENDOR_ERRORS = (RetryableVendorError, PermanentVendorError, UnknownVendorError)
ENTRIES = testing.active_catalog().entries


class TestRaiseForCode:
    @pytest.mark.parametrize(
        ("body", "scope"),
        [
            ({"code": 200}, NIM),
            ({"code": "200", "data": {"code": 416}}, NIM),
            ({"code": 200, "ret": 200}, NIM),
            ({"code": 0}, "tencent"),
            ({"code": 0}, None),
            ({"code": 200}, None),
            ({"ActionStatus": "OK", "ErrorCode": 0}, None),
            ({}, NIM),
            ({"data": {"roomCode": 5, "code": "A7"}}, NIM),
            ({"code": None, "msg": "fine"}, NIM),
            ({"code": True}, NIM),
            ({"error": None}, NIM),
            ({"error": {"hint": "x"}}, NIM),
            ({"errors": []}, NIM),
            ([{"code": 416}], NIM),
            (None, NIM),
            ("text", NIM),
            (5, None),
        ],
    )
    def test_success_comes_back(self, body, scope):
        assert raise_for_code(body, scope=scope) is body

    @pytest.mark.parametrize(
        ("body", "scope", "kind"),
        [
            ({"code": 416}, NIM, RetryableVendorError),
            ({"code": "416"}, NIM, RetryableVendorError),
            ({"error": {"code": 416}}, NIM, RetryableVendorError),
            ({"result": {"code": 416}}, NIM, RetryableVendorError),
            ({"errors": [{"code": 416}, {"code": 102302}]}, NIM, PermanentVendorError),
            ({"code": 200, "errCode": 416}, NIM, RetryableVendorError),
            ({"code": 200, "errCode": 99999}, NIM, UnknownVendorError),
            ({"code": 102302}, NIM, PermanentVendorError),
            ({"code": 191005}, NIM, UnknownVendorError),
            ({"code": 190001}, NIM, UnknownVendorError),
            ({"code": 99999}, NIM, UnknownVendorError),
            ({"code": 99999}, None, UnknownVendorError),
            ({"code": "nonsense"}, None, UnknownVendorError),
            ({"error": {"code": 99999}}, NIM, UnknownVendorError),
            ({"errors": [{"code": 99999}]}, NIM, UnknownVendorError),
            ({"code": 0}, NIM, UnknownVendorError),
            ({"code": 416}, None, UnknownVendorError),
            (
                {"ActionStatus": "FAIL", "ErrorCode": 100012, "ErrorInfo": "x"},
                "tencent",
                RetryableVendorError,
            ),
            (  # the vendor's envelope alone: both products say so, but decide nothing
                {"ActionStatus": "FAIL", "ErrorCode": 100012, "ErrorInfo": "x"},
                None,
                UnknownVendorError,
            ),
        ],
    )
    def test_errors(self, body, scope, kind):
        with pytest.raises(kind) as caught:
            raise_for_code(body, scope=scope)
        error = caught.value
        assert type(error) is kind
        assert str(error) == error.advice.reason
        assert isinstance(error.resolution, codegloss.Resolution)
        assert is_retryable(error) is (kind is RetryableVendorError)
        assert advise(error) == error.advice
        assert advise(raised(RuntimeError(), error)) == error.advice
        assert is_retryable(error) is (kind is RetryableVendorError)
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.code) == (kind, str(error), error.code)
        assert again.advice[:8] == error.advice[:8]
        assert copy.copy(error).advice == error.advice

    def test_the_block_is_the_scope(self):
        with codegloss.scope(NIM):
            assert raise_for_code({"code": 200})
            with pytest.raises(PermanentVendorError, match="token is invalid"):
                raise_for_code({"code": 102302})

    def test_idempotence_decides_on_the_class(self):
        body = {"code": 191005}
        with pytest.raises(RetryableVendorError):
            raise_for_code(body, scope=NIM, idempotent=True)
        with pytest.raises(UnknownVendorError) as caught:
            raise_for_code(body, scope=NIM, idempotent=False)
        assert caught.value.advice.how == "higher_level"

    def test_the_header_is_taken_along(self):
        body = {"code": 416, "retry_after": 2}
        with pytest.raises(RetryableVendorError) as caught:
            raise_for_code(body, scope=NIM, retry_after="7")
        assert caught.value.advice.delay_s == 7.0
        assert advise(caught.value).delay_s == 7.0
        with pytest.raises(RetryableVendorError) as caught:
            raise_for_code(body, scope=NIM, retry_after=None)
        assert caught.value.advice.delay_s == 2.0

    def test_unknown_scope(self):
        with pytest.raises(ValueError, match="unknown scope"):
            raise_for_code({"code": 416}, scope="nimm")

    def test_errors_without_an_answer(self):
        """As a result backend makes them again: from the text alone."""
        error = RetryableVendorError("netease.nim 416")
        assert (error.code, error.advice, error.vendor) == (None, None, None)
        assert advise(error).retryable is None
        assert pickle.loads(pickle.dumps(error)).args == error.args


def test_logs_say_the_same_as_the_error_for_every_entry():
    """What `raise_for_code` raises is glossed as what it decided by."""
    products = testing.active_catalog().products
    for entry in ENTRIES:
        body = {"code": entry.code}
        table = products[entry.scope].get("tables", {}).get(entry.table, {})
        doors = table.get("doors", [entry.scope])
        if entry.scope not in doors:  # behind a door: by its URL, not by a field
            continue
        if entry.table and "doors" not in table:
            body = {entry.table: entry.code}
        try:
            raise_for_code(body, scope=entry.scope)
        except VENDOR_ERRORS as caught:
            error = caught
        else:
            assert entry.category == "OK"
            continue
        added = codegloss.enrich({"event": "failed", "exc_info": error})
        resolution = error.resolution
        assert added.get("meaning") == resolution.meaning
        assert added.get("product") == resolution.product
        assert added.get("retryable") == resolution.retryable
        assert added.get("retryable") == error.advice.retryable
