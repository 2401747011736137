"""What is decided of hostile things, and that no code that is found is run."""

from __future__ import annotations

import gc
import random
import sys
import threading
import tracemalloc
import weakref

import codegloss
from codegloss.retry import (
    advise,
    is_retryable,
)
from raising import MessageError, SdkError, raised, while_handling

if sys.version_info < (3, 11):
    from exceptiongroup import ExceptionGroup

NIM = "netease.nim"


class TestNothingIsRemembered:
    """One decision says nothing about the next."""

    def test_a_code_that_changes(self):
        error = SdkError(416)
        for code, expected in ((416, True), (102302, False), (416, True)):
            error.code = code
            assert is_retryable(error, scope=NIM) is expected
            assert advise(error, scope=NIM).retryable is expected

    def test_what_differs_is_not_mixed_up(self):
        """Equal numbers of other types, other fields, texts, scopes and classes."""

        class Other(SdkError):
            code = 102302

            def __init__(self):
                Exception.__init__(self, "it failed")

        cases = [
            (SdkError(1), None),
            (SdkError(416), True),
            (SdkError("416"), True),
            (SdkError(416.0), None),
            (SdkError(True), None),
            (SdkError(False), None),
            (SdkError(0), None),
            (SdkError(None), None),
            (SdkError((416,)), None),
            (SdkError(102302), False),
            (Other(), False),
            (MessageError(416), True),
            (MessageError("102302"), False),
            (MessageError(416, object()), True),
            (MessageError(416, True), True),
            (SdkError(416, text=5), True),
            (SdkError(416, text=None), True),
        ]
        slotless = SdkError(416)
        slotless.serverCode = 408
        renamed = SdkError(416)
        renamed.errCode = vars(renamed).pop("code")
        extra = SdkError(416)
        extra.room = object()
        no_text = SdkError(416)
        no_text.args = ()
        cases += [(renamed, True), (extra, True), (no_text, True)]
        for _ in range(3):
            random.shuffle(cases)
            for error, expected in cases:
                assert advise(error, scope=NIM).retryable is expected, repr(error)
                assert is_retryable(error, scope=NIM) is (expected is True)

    def test_text_is_evidence(self):
        for _ in range(2):
            assert advise(SdkError(416, "nimserver said no")).kind == "throttling"
            assert advise(SdkError(416, "who knows")).retryable is None

    def test_no_object_of_the_user_is_kept_alive(self):
        class Payload:
            pass

        def ask():
            class Local(Exception):
                pass

            error, payload = Local("x", Payload()), Payload()
            error.code, error.room, error.response = 416, payload, Payload()
            plain = Local("y")
            plain.code = 416
            for each in (error, plain, raised(RuntimeError(), plain)):
                is_retryable(each, scope=NIM)
                advise(each, scope=NIM)
            return [weakref.ref(x) for x in (error, payload, plain)]

        refs = ask()
        gc.collect()
        assert [ref() for ref in refs] == [None, None, None]

    def test_what_is_very_large(self):
        many = SdkError(416)
        vars(many).update({f"field_{n}": n for n in range(70)})
        odd_name = SdkError(416)
        vars(odd_name)[5] = 1
        for thing in (many, odd_name, raised(RuntimeError("x" * 5_000), SdkError(416))):
            assert is_retryable(thing, scope=NIM) is True
        for thing in (10**5_000, SdkError(10**5_000), SdkError("4" * 5_000)):
            assert advise(thing, scope=NIM).retryable is None

    def test_threads(self):
        codes = [(416, True), (102302, False), (503, True), (99999, False)]
        wrong = []
        start = threading.Barrier(4)

        def ask():
            start.wait()
            for number in range(300):
                code, expected = codes[number % 4]
                error = SdkError(code, f"failed {number % 7}")
                if is_retryable(error, scope=NIM) is not expected:
                    wrong.append(code)
                if number % 100 == 99:
                    codegloss.load_catalog()

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


class TestHostile:
    """Nothing that is found is called, and nothing escapes."""

    def test_no_code_of_a_class_is_run(self):
        called = []

        def trap(self, *args):
            called.append(args)
            raise AssertionError

        names = "__getattribute__ __dict__ __cause__ __context__ args".split()
        for name in names:
            made = trap if name == "__getattribute__" else property(trap)
            cls = type("Trap", (Exception,), {name: made})
            error = Exception.__new__(cls)
            for thing in (
                error,
                raised(RuntimeError(), error),
                while_handling(RuntimeError(), error),
                while_handling(SdkError(416), error),
                ExceptionGroup("", [error]),
                {"error": 1, "response": SdkError(416)},
            ):
                advise(thing, scope=NIM)
                is_retryable(thing, scope=NIM)
        assert called == []

    def test_properties_methods_and_operators_are_not_run(self):
        called = []

        def trap(self, *args):
            called.append(args)
            raise AssertionError

        operators = dict.fromkeys(
            "__eq__ __hash__ __bool__ __len__ __str__ __repr__ __iter__".split(), trap
        )
        error_class = type(
            "Trap", (Exception,), {**operators, "retry_after": property(trap)}
        )
        thing_class = type("Thing", (), {**operators, "code": property(trap)})
        for attribute in ("code", "response", "headers", "retry_after", "room"):
            error = error_class("x")
            vars(error)["code"] = 416
            vars(error)[attribute] = thing_class()
            for thing in (error, thing_class()):
                for _ in range(2):
                    advise(thing, scope=NIM)
                    is_retryable(thing, scope=NIM)
        dict_class = type("Dict", (), {"__dict__": property(trap)})
        error = SdkError(416)
        error.headers = dict_class()
        assert is_retryable(error, scope=NIM)
        assert advise(error, scope=NIM).delay_s is None
        assert called == []

    def test_a_mapping_that_raises(self, production):
        class Broken(dict):
            def __iter__(self):
                raise OSError

            keys = items = __len__ = __iter__

        before = codegloss.stats()["errors"]
        for thing in (Broken(), {"error": Broken()}):
            assert advise(thing).retryable is None
            assert is_retryable(thing) is False
        error = SdkError(416)
        error.headers = Broken()
        assert is_retryable(error, scope=NIM) is True
        assert advise(error, scope=NIM).delay_s is None
        assert codegloss.stats()["errors"] == before

    def test_slots_and_named_tuples(self):
        class Slotted(Exception):
            __slots__ = ("code", "never_set")

        error = Slotted("x")
        error.code = 416
        for _ in range(2):
            assert is_retryable(error, scope=NIM) is True
            error.code = 102302
            assert advise(error, scope=NIM).retryable is False
            error.code = 416
        named = type("Named", (Exception,), {"_fields": ("code",)})
        assert advise(named(416), scope=NIM).retryable is None


def test_nothing_is_kept_of_codes_that_nobody_has():
    def decide(first):
        for code in range(first, first + 3_000):
            is_retryable({"error": {"code": code}}, scope=NIM)

    decide(7_000_000)
    gc.collect()
    tracemalloc.start()
    try:
        decide(8_000_000)
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 64 * 1024
