"""Whether an exception comes from a signal handler that happened to run inside us."""

from __future__ import annotations


def came_from_handler(error: BaseException) -> bool:
    """Tell whether a signal handler raised an exception, such as a task's soft limit.

    Python runs handlers between any two instructions, also of a function that guards
    against its own faults. Such an exception is meant for the program around it.
    """
    import signal  # noqa: PLC0415 - only where something was raised

    handlers = {
        getattr(signal.getsignal(number), "__code__", None)
        for number in signal.valid_signals()
    }
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code in handlers:
            return True
        step = step.tb_next
    return False
