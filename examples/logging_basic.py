"""Standard logging: a filter on the handler, and a format with a default."""

from __future__ import annotations

import logging.config

logging.config.dictConfig(
    {
        "version": 1,
        "filters": {"gloss": {"()": "codegloss.logging.GlossFilter"}},
        "formatters": {
            "line": {
                "()": "logging.Formatter",
                "fmt": "{levelname} {name}: {message} {meaning}",
                "style": "{",
                # Most records have no gloss; a JSON formatter needs no default.
                "defaults": {"meaning": ""},
            }
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "filters": ["gloss"],
                "formatter": "line",
            }
        },
        "root": {"handlers": ["console"], "level": "INFO"},
    }
)
log = logging.getLogger("rtc.tencent")
log.error("join failed", extra={"code": 100018})
log.error("join failed, code %(code)s", {"code": 100019})
log.info("joined", extra={"room": "r-77"})
