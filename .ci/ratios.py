"""Measure by ratios, so that a busy machine disturbs both sides alike."""

from __future__ import annotations

import gc
import random
import statistics
import time
import timeit
from typing import NamedTuple

ROUNDS = 300


class Row(NamedTuple):
    """One figure, and what it should be at most."""

    section: str
    name: str
    figure: float
    goal: str = ""


def measure(cases, number, rounds=ROUNDS):
    """Return a function that gives the median of a ratio over the rounds.

    Within a round each case is timed once, in shuffled order. The function takes two
    pairs of cases: what the first case of a pair takes longer than the second; None in
    the place of a second case is nothing.
    """
    taken = []
    gc.disable()
    for _ in range(rounds):
        times = {None: 0.0}
        for name in random.sample(list(cases), len(cases)):
            # CPU time: the longer a case, the more often it has to wait for others.
            times[name] = timeit.timeit(cases[name], "", time.process_time, number)
        taken.append(times)
    gc.enable()
    gc.collect()

    def median(more, less, reference, without=None):
        return statistics.median(
            (times[more] - times[less]) / (times[reference] - times[without])
            for times in taken
        )

    return median
