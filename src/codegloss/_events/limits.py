"""How much of one event is read: every bound, once."""

from __future__ import annotations

# Of the structure: mappings in mappings, fields and containers of one mapping, items
# of a list, exceptions in a chain, and places in the whole event.
MAX_DEPTH = 3
MAX_FIELDS = 64
MAX_ITEMS = 8
MAX_EXCEPTIONS = 8
MAX_PLACES = 256
# For how many places an exception, a mapping with very many keys, and JSON text count.
EXCEPTION_PLACES = 4
LARGE_PLACES = 64
JSON_CHARACTERS_A_PLACE = 256
# A mapping with more keys is asked for known names instead of being gone through.
MAX_KEYS = 256

# Of texts, names and hosts: characters of one, and of all in the event together.
MAX_TEXT = 1_000
MAX_NAME = 120
MAX_JSON = 16_384
MAX_CHARACTERS = 4_000
MAX_TEXTS = 24
# Characters in which codes are looked for, before anything is weighed.
MAX_SPOKEN = 8_000

# Of codes: how many in one event, and what still is one.
MAX_SITES = 32
MAX_SITES_IN_TEXT = 8
# Numbers of a text that could be codes, of which what names them is asked.
MAX_NUMBERS_IN_TEXT = 16
MAX_CODE = 64
MAX_INT = 10**18

# Of what is remembered, in characters and entries: key sets, names and hosts, classes.
MAX_SHAPE_CHARACTERS = 4_096
MAX_SHAPES_BYTES = 1_048_576
MAX_NAMES_BYTES = 524_288
MAX_CLASSES = 1_024
