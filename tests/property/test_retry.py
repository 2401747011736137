"""Unknown never turns into yes or no on the way, whatever is asked about."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import codegloss
from codegloss import testing
from codegloss.retry import (
    PermanentVendorError,
    RetryableVendorError,
    RetryAdvice,
    UnknownVendorError,
    advise,
    is_retryable,
    raise_for_code,
)
from raising import MessageError, SdkError, facts, raised, while_handling

if sys.version_info < (3, 11):
    from exceptiongroup import ExceptionGroup

NIM = "netease.nim"
ENTRIES = testing.active_catalog().entries
VENDOR_ERRORS = (RetryableVendorError, PermanentVendorError, UnknownVendorError)
CODES = sorted({entry.code for entry in ENTRIES}, key=str)


THINGS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.floats(),
        st.sampled_from(CODES),
        st.integers(),
        st.text(max_size=20),
        st.binary(max_size=5),
        st.sampled_from(
            [SdkError(416), MessageError(102302), SdkError(99999), object()]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner, inner),
        st.dictionaries(
            st.sampled_from(
                "code error errors response retry_after headers msg data vendor".split()
            ),
            inner,
            max_size=4,
        ),
        inner.map(SdkError),
        st.lists(inner.map(SdkError), min_size=1, max_size=3).map(
            lambda errors: ExceptionGroup("group", errors)
        ),
        st.tuples(inner.map(SdkError), inner.map(SdkError)).map(lambda p: raised(*p)),
        st.tuples(inner.map(SdkError), inner.map(SdkError)).map(
            lambda p: while_handling(*p)
        ),
    ),
    max_leaves=8,
)
SCOPES = st.sampled_from([None, *testing.active_catalog().scopes()])


@pytest.mark.property
class TestUnknownStaysUnknown:
    """Unknown never turns into yes or no on the way."""

    def check(self, thing, scope=None):
        """Check that a decision says no more than the advice, and return that."""
        advice = advise(thing, scope=scope)
        assert type(advice) is RetryAdvice
        assert advice.retryable in {True, False, None}
        assert all(type(answer) is bool for answer in self.answers(thing, scope))
        known = advice.retryable is not None
        plain, unknown, idempotent, both = self.answers(thing, scope)
        if not known:
            assert facts(advice)[:4] == (None, "unknown", None, None)
            assert (plain, unknown, idempotent, both) == (False, True, False, True)
        elif not advice.retryable:
            assert (plain, unknown, idempotent, both) == (False,) * 4
            assert advice.kind == "none"
            assert advice.needs is None
        else:
            safe = advice.needs == "none"
            assert (plain, unknown, idempotent, both) == (safe, safe, True, True)
            assert advice.kind != "none"
        return advice

    def answers(self, thing, scope):
        return tuple(
            is_retryable(thing, scope=scope, unknown=unknown, idempotent=idempotent)
            for idempotent in (None, True)
            for unknown in (False, True)
        )

    def test_every_entry(self):
        for entry in ENTRIES:
            for thing in (
                entry.code,
                {"code": entry.code},
                SdkError(entry.code),
                raised(RuntimeError("join failed"), SdkError(entry.code)),
            ):
                advice = self.check(thing, entry.scope)
                candidates = advice.resolution.candidates
                said = {each.retryable for each in candidates if each.sdk_code is None}
                said = said or {each.retryable for each in candidates}
                if said == {None} or len(said) > 1:
                    assert advice.retryable is None
                elif advice.resolution.status in {"resolved", "success"}:
                    assert {advice.retryable} == said
                if advice.resolution.status != "unknown":
                    assert self.check(advice.resolution) == advice

    def test_every_code_without_a_scope(self):
        for code in CODES:
            advice = self.check(code)
            said = {e.retryable for e in advice.resolution.candidates}
            assert advice.retryable is None or advice.retryable in said

    @given(st.one_of(st.integers(), st.text(max_size=30)), SCOPES)
    def test_codes_that_nobody_documents(self, code, scope):
        if codegloss.resolve(code, scope=scope).status == "unknown":
            for thing in (code, {"code": code}, SdkError(code)):
                assert self.check(thing, scope).retryable is None

    @given(THINGS, SCOPES)
    def test_anything(self, thing, scope):
        advice = self.check(thing, scope)
        assert self.check(thing, scope)[:8] == advice[:8]

    @given(THINGS, SCOPES, st.booleans())
    def test_raise_for_code(self, thing, scope, idempotent):
        try:
            assert raise_for_code(thing, scope=scope, idempotent=idempotent) is thing
        except VENDOR_ERRORS as caught:
            error = caught
        else:
            return
        retryable = error.advice.retryable
        again = is_retryable(error, idempotent=idempotent)
        assert (type(error) is RetryableVendorError) is again
        assert (type(error) is PermanentVendorError) is (retryable is False)
        assert again is False or retryable is True
