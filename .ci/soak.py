"""Send hostile events through every switch, and count what should never happen.

    python .ci/soak.py [events, by default 1,000,000] [seed]

Nothing may raise. Nothing may be changed that is logged. Nothing may be poisoned: an
engine that has seen everything before says what one says that has seen nothing, and so
it does after threads have changed what was logged while it was logged. No event may
cost more than a thousand times what structlog's TimeStamper takes, and no memory may be
held on to. Exit status 1 if anything does.
"""

from __future__ import annotations

import array
import gc
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import answers
import structlog
from hostile_events import CodedError

import codegloss

# How many answers are compared with those of a process that has seen nothing.
FRESH = 2_000
CEILING = 1_000
# An event that seems dear is timed so often again: the machine may have been busy.
TRIES = 7
# Names and key sets fill their bounds, and entries are decoded when they are met.
MOST_MIB = 16
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
STATM = Path("/proc/self/statm")
# What threads write into a dict, and take out of it, while others log it.
STATES = {
    "code": (100018, 416, 0, "102302", None),
    "sdk": ("NIM", "TUILiveKit", None),
    "message": ("The room requires a password", "frequency limit", None),
}


def resident():
    """Return how many MiB are in memory; 0 where that cannot be known."""
    gc.collect()
    if not STATM.exists():
        return 0.0
    return int(STATM.read_text("ascii").split()[1]) * PAGE / 2**20


class Tally:
    """What happened."""

    def __init__(self, seed, count):
        self.seed, self.count = seed, count
        self.glossed = self.raised = self.changed = self.poisoned = self.dear = 0
        self.taken = array.array("Q", bytes(8 * count))
        self.units = []
        self.worst = 0.0
        self.held = self.grown = 0.0

    def is_bad(self):
        """Tell whether anything happened that should not."""
        return (
            self.raised or self.changed or self.poisoned or self.dear
            or codegloss.stats()["errors"] or self.grown > MOST_MIB
            or not self.glossed
        )  # fmt: skip


def unit():
    """Return what TimeStamper takes, in nanoseconds."""
    stamp, clock = structlog.processors.TimeStamper(fmt="iso", utc=True), _clock
    times = []
    for _ in range(200):
        start = clock()
        stamp(None, "info", {})
        times.append(clock() - start)
    return statistics.median(times)


_clock = time.perf_counter_ns


def one(seed, n):
    """Return what is said of one event, whether it was changed, and its time."""
    kind, thing = answers.made(seed, n)
    before = answers.parts(thing)
    start = _clock()
    told = answers.said(kind, thing, n)
    taken = _clock() - start
    return told, answers.parts(thing) != before, taken


def sequence(tally, sampled):
    """Send one event after another; return what was said of the sampled ones."""
    told = {}
    ceiling = CEILING * unit()
    for n in range(tally.count):
        try:
            said, changed, tally.taken[n] = one(tally.seed, n)
        except Exception as error:
            tally.raised += 1
            print(f"raised {type(error).__name__} on event {n} of seed {tally.seed}")
            continue
        tally.glossed += bool(said)
        tally.changed += changed
        if n in sampled:
            told[n] = said
        if n % 1_000 == 0:
            tally.units.append(unit())
        if tally.taken[n] > ceiling:
            check_clock(tally, n)
        if n == tally.count // 10:
            tally.held = resident()
    tally.grown = resident() - tally.held
    return told


def check_clock(tally, n):
    """Time an event again that seemed too dear: the least is what it costs itself."""
    least = min(one(tally.seed, n)[2] for _ in range(TRIES)) / unit()
    tally.worst = max(tally.worst, least)
    if least > CEILING:
        tally.dear += 1
        print(f"event {n} of seed {tally.seed} takes {least:,.0f} TimeStampers")


# --- threads -------------------------------------------------------------------------


def allowed():
    """Return whatever may be said of an event in any of its states."""
    told = set()
    for values in itertools.product(*STATES.values()):
        state = dict(zip(STATES, values, strict=True))
        state = {name: each for name, each in state.items() if each is not None}
        told.add(_of_state(state))
    decided = set()
    for code, inner in itertools.product(STATES["code"], repeat=2):
        error = CodedError(0)
        error.code, error.detail["code"] = code, inner
        decided.add(_of_error(error))
    return told, decided


def _of_state(state):
    event = {"event": "call failed", "level": "error", "response": state}
    return repr(answers.ENRICHERS[0].enrich(event))


def _of_error(error):
    return repr(codegloss.advise(error, scope="tencent.live")._replace(resolution=None))


def threads(tally, events):
    """Log what other threads change meanwhile; count what no state of it explains."""
    told, decided = allowed()
    state, error, stop = {}, CodedError(0), threading.Event()

    def change(rng):
        while not stop.is_set():
            name = rng.choice(list(STATES))
            value = rng.choice(STATES[name])
            state.pop(name, None)
            if value is not None:
                state[name] = value
            error.code = error.detail["code"] = rng.choice(STATES["code"])

    def log():
        for _ in range(events // 4):
            try:
                for said, known in (
                    (_of_state(state), told),
                    (_of_error(error), decided),
                ):
                    if said not in known:
                        tally.poisoned += 1
                        print(f"no state explains {said}")
            except Exception as fault:
                tally.raised += 1
                print(f"raised {type(fault).__name__} while threads changed it")

    seeds = [random.Random(n) for n in range(2)]  # noqa: S311
    changing = [threading.Thread(target=change, args=(seed,)) for seed in seeds]
    logging = [threading.Thread(target=log) for _ in range(4)]
    sys.setswitchinterval(1e-5)
    for thread in (*changing, *logging):
        thread.start()
    for thread in logging:
        thread.join()
    stop.set()
    sys.setswitchinterval(5e-3)


# --- the whole -----------------------------------------------------------------------


def ask_fresh(seed, numbers):
    """Start a process that lets a child of its own answer each event.

    It has imported everything and answered nothing, and each child sees one event.

    Returns:
        The process, and the file that it writes into.
    """
    answered = tempfile.TemporaryFile()  # noqa: SIM115
    process = os.fork()
    if process:
        return process, answered
    try:
        for n in numbers:
            child = os.fork()
            if child:
                os.waitpid(child, 0)
                continue
            line = json.dumps([n, answers.fresh(seed, n)]) + "\n"
            os.write(answered.fileno(), line.encode())
            break
    finally:  # whatever happens: no child goes on with what its parent does
        os._exit(0)


def fresh_answers(process, answered):
    """Return what the children answered, by event."""
    os.waitpid(process, 0)
    answered.seek(0)
    return dict(map(json.loads, answered.read().splitlines()))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    tally = Tally(seed, count)
    # Of all kinds: the dearest are at the end of each thousand.
    step = max(1, count // FRESH)
    sampled = {n + (n // step) % step for n in range(0, count - step + 1, step)}
    asked = ask_fresh(seed, sorted(sampled))
    started = time.perf_counter()
    told = sequence(tally, sampled)
    changing = max(1_000, count // 20)
    threads(tally, changing)
    fresh = fresh_answers(*asked)
    for n, said in told.items():
        again = one(seed, n)[0]
        if not said == again == fresh.get(n):
            tally.poisoned += 1
            print(f"event {n} of seed {seed}: {said}, {again}, {fresh.get(n)}")
    report(tally, changing, len(sampled), time.perf_counter() - started)
    return 1 if tally.is_bad() else 0


def report(tally, changing, sampled, seconds):
    """Print what happened."""
    one_unit = statistics.median(tally.units)
    taken = sorted(each / one_unit for each in tally.taken)
    shares = [taken[int(share * (len(taken) - 1))] for share in (0.5, 0.99, 0.9999)]
    p50, p99, most = (f"{each:,.1f}" for each in shares)
    print(f"{tally.count:,} events and {changing:,} that threads changed meanwhile, in")
    print(f"{seconds:.0f} s (seed {tally.seed}): {tally.glossed:,} glossed;")
    swallowed = codegloss.stats()["errors"]
    print(f"{tally.raised} raised, {swallowed} swallowed, {tally.changed} changed,")
    print(f"{tally.poisoned} poisoned (of {sampled:,} also asked of a fresh process),")
    print(f"{tally.dear} above {CEILING:,} x TimeStamper (half below {p50}, 99 % below")
    print(f"{p99}, all but one in 10,000 below {most}; worst {tally.worst:,.0f}),")
    print(f"memory after the first tenth: {tally.grown:+.1f} MiB")


if __name__ == "__main__":
    sys.exit(main())
