"""A counter of vendor errors."""

from __future__ import annotations

from typing import Any

from opentelemetry.metrics import Meter, get_meter

from codegloss._catalog.model import Resolution

_FACTS = ("vendor", "product", "category", "retryable")


class GlossCounter:
    """Count what is glossed, as the metric `codegloss.errors`.

    Give it to the integration through which each error passes once::

        GlossProcessor(on_gloss=GlossCounter())

    The attributes are `codegloss.vendor`, `.product`, `.code`, `.category` and
    `.retryable`, as on spans; what several candidates do not agree on is left out. All
    of them come from the catalog, so there are no more series than it has codes.

    Args:
        meter: Where to make the counter; by default the global provider's meter.
            Pickled, a counter comes back with the one of the process it comes to.
    """

    def __init__(self, meter: Meter | None = None) -> None:
        self._counter = (meter or get_meter("codegloss")).create_counter(
            "codegloss.errors",
            unit="{error}",
            description="Errors of vendors, by what their codes mean",
        )

    def __call__(self, resolution: Resolution) -> None:
        """Count one code."""
        attributes: dict[str, Any] = {"codegloss.code": str(resolution.code)}
        for name in _FACTS:
            value = getattr(resolution, name)
            if value is not None:
                attributes[f"codegloss.{name}"] = value
        self._counter.add(1, attributes)

    def __reduce__(self) -> tuple[type[GlossCounter], tuple[()]]:
        return GlossCounter, ()
