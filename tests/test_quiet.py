"""What a log call never does: open a file, use the network, log, warn or wait."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import codegloss
from codegloss._core import registry

CORPUS = Path(__file__).with_name("corpus")

# In a process of its own, since there is no way to take an audit hook away.
WATCHED = """
import json, logging, sys, warnings
import codegloss

class Failure(Exception):
    pass

lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
events = [json.loads(line)["event"] for line in lines]
error = Failure("join failed: code=100018")
error.code, error.__cause__ = 416, Failure("refused")
events.append({"sdk": "NIM", "exc_info": error})
enrichers = [codegloss.Enricher(text=True), codegloss.Enricher(language="zh")]
logging.raiseExceptions = True
logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))
logging.getLogger().setLevel(1)
warnings.simplefilter("always")
seen, on = [], True
sys.addaudithook(lambda name, _: seen.append(name) if on else None)
glossed = sum(bool(each.enrich(event)) for each in enrichers for event in events)
on = False
print(json.dumps([glossed, sorted(set(seen))]))
"""
# Python's own account of how it looks at objects, which nobody outside can see.
INSIDE = {"builtins.id", "object.__getattr__", "object.__setattr__"}


def test_nothing_is_opened_started_or_sent():
    path = CORPUS / "vendors.jsonl"
    command = [sys.executable, "-c", WATCHED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    glossed, seen = json.loads(done.stdout)
    assert glossed > 100
    assert set(seen) <= INSIDE
    assert done.stderr == ""


def test_no_lock_is_waited_for():
    """Another thread may hold the lock that changes of the catalog take."""
    enricher = codegloss.Enricher()
    taken, free = threading.Event(), threading.Event()

    def hold():
        with registry._lock:
            taken.set()
            free.wait(60)

    def call(answers):
        answers.append(enricher.enrich({"sdk": "NIM", "code": 416}))

    answers = []
    holder = threading.Thread(target=hold)
    caller = threading.Thread(target=call, args=(answers,), daemon=True)
    holder.start()
    try:
        assert taken.wait(60)
        caller.start()
        caller.join(60)
        assert answers
    finally:
        free.set()
        holder.join()
    assert answers[0]["product"] == "nim"
