"""`enrich`: NDJSON in, NDJSON out, line by line."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from codegloss._archive.decode import decoded
from codegloss._archive.files import Block, Output, blocks
from codegloss._archive.once import Once
from codegloss._archive.packed import UNREADABLE, DamagedError, problem, unpacked
from codegloss._core.config import EnricherOptions
from codegloss._core.enricher import Enricher
from codegloss._core.registry import running

if TYPE_CHECKING:
    from typing_extensions import Unpack

_SPACE = b" \t\r\n"
# Blocks that wait for a core or for their turn to be written.
_AHEAD = 2


class Tally(NamedTuple):
    """What came of the lines of a stream.

    Attributes:
        lines: All lines that were read.
        explained: Lines to which something was added.
        broken: Lines that are no JSON object, empty ones aside; they pass as they are.
    """

    lines: int = 0
    explained: int = 0
    broken: int = 0

    def __add__(self, other: tuple[int, ...]) -> Tally:  # type: ignore[override]
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))

    def __str__(self) -> str:
        return (
            f"{self.lines:,} {'line' if self.lines == 1 else 'lines'}: "
            f"{self.explained:,} explained, {self.broken:,} no JSON object, left as is"
        )


class LineGlosser:
    """Explain blocks of lines; can be sent to another process.

    Args:
        options: The arguments of `codegloss.Enricher`.

    Raises:
        ValueError: A scope, language or field is unknown.
    """

    def __init__(self, **options: Unpack[EnricherOptions]) -> None:
        # The catalog in force here, also where this is sent to.
        self.options: EnricherOptions = {**options}
        self.options["catalog"] = options.get("catalog") or running()
        self._enricher = Enricher(**self.options)
        self._written = self._enricher.engine.outputs

    def __reduce__(self) -> tuple[Callable[..., LineGlosser], tuple[object, ...]]:
        return _restored, (self.options,)

    def gloss(self, block: Block) -> tuple[bytes, Tally]:
        """Return a block with what its lines' codes mean, and what came of it."""
        if block.passing is not None:
            return block.data, Tally(block.passing, 0, block.passing)
        enrich = Once(self._enricher, self._written).enrich
        out: list[bytes] = []
        explained = broken = 0
        lines = block.data.split(b"\n")
        for line in lines:
            added = None
            try:
                event = decoded(line)
                if type(event) is dict:
                    added = enrich(event)
                else:
                    broken += 1
            except ValueError:
                broken += bool(line.strip(_SPACE))
            if added:
                line = _extended(line, added)  # noqa: PLW2901
                explained += 1
            out.append(line)
        number = len(lines) - (not lines[-1])
        return b"\n".join(out), Tally(number, explained, broken)


def enrich_files(
    inputs: Sequence[str] = ("-",),
    output: str = "-",
    *,
    jobs: int = 1,
    resume: bool = False,
    problems: list[tuple[str, str]] | None = None,
    **options: Unpack[EnricherOptions],
) -> Tally:
    """Write the lines of files, and beside every vendor code what it means.

    Lines without a code leave byte for byte as they came, and so does all that a line
    with one already holds: what is added stands behind it, before the closing brace.
    There is one line out for each line in, in the same order.

    Args:
        inputs: Files of JSON lines, also packed with gzip or Zstandard; `-` is standard
            input.
        output: A file; `.gz` and `.zst` are compressed. `-` is standard output. It has
            its name when it is whole; until then it is called `<output>.part`.
        jobs: How many processes work; with one, this one does.
        resume: Go on where an interrupted run with the same inputs and options stopped.
        problems: Where to put the names of inputs that cannot be read, or not to their
            end, and why; the others are read. Without it the first one is raised.
        options: The arguments of `codegloss.Enricher`.

    Returns:
        What came of the lines of this run.

    Raises:
        ValueError: An option is wrong, or the output is also an input; before anything
            is read.
        OSError: A file cannot be read or written.
        EOFError: A packed input ends too early or is damaged; the whole lines that it
            held are written.
    """
    glosser = LineGlosser(**options)
    for path in inputs:
        both = path != "-" and os.path.exists(path) and os.path.exists(output)
        if both and os.path.samefile(path, output):
            raise ValueError(f"{path} is input and output")
    tally = Tally()
    with Output(output, resume=resume) as out:
        source = _after(_sources(inputs, problems), out.lines)
        work = _alone if jobs == 1 else _together
        for block, came in work(glosser, source, jobs):
            out.write(block)
            tally += came
    return tally


def _restored(options: EnricherOptions) -> LineGlosser:
    return LineGlosser(**options)


def _extended(line: bytes, added: Mapping[str, Any]) -> bytes:
    """Return a line of a JSON object with keys added behind those it has."""
    end = len(line.rstrip(_SPACE)) - 1
    # To a line in another encoding only such text is added as stands in any: ASCII.
    escaped = not _is_utf8(line)
    text = json.dumps(added, ensure_ascii=escaped, separators=(",", ":"))
    return b"%b,%b%b" % (line[:end], text[1:].encode(), line[end + 1 :])


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sources(
    inputs: Sequence[str], problems: list[tuple[str, str]] | None
) -> Iterator[Block]:
    """Yield the blocks of all inputs; a line ends with its file."""
    is_cut = False
    for path in inputs:
        try:
            for block in _blocks_of(path, b"\n" if is_cut else b""):
                is_cut = not block.data.endswith(b"\n")
                yield block
        except UNREADABLE as error:
            if problems is not None:
                problems.append(problem(path, error))
            elif isinstance(error, DamagedError):
                raise DamagedError(f"{path}: {error}") from error
            else:
                raise


def _blocks_of(path: str, before: bytes) -> Iterator[Block]:
    """Yield the blocks of a file, and before the first one what ends another file."""
    with unpacked(path) as file:
        for block in blocks(file):
            if before:
                yield Block(before, 0)
                before = b""
            yield block


def _after(source: Iterator[Block], lines: int) -> Iterator[Block]:
    """Yield what comes behind a number of lines."""
    for block in source:
        rest = block
        if lines:
            number = block.data.count(b"\n")
            if number <= lines:
                lines -= number
                # The end of a file's last line, which is there already.
                continue
            _, *kept = block.data.split(b"\n", lines)
            rest = block._replace(data=kept[-1])
            lines = 0
        yield rest


def _alone(
    glosser: LineGlosser, source: Iterator[Block], _jobs: int
) -> Iterator[tuple[bytes, Tally]]:
    return map(glosser.gloss, source)


def _together(
    glosser: LineGlosser, source: Iterator[Block], jobs: int
) -> Iterator[tuple[bytes, Tally]]:
    """Spread blocks over processes; they come back in their order."""
    waiting: deque[Future[tuple[bytes, Tally]]] = deque()
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(glosser,)) as pool:
        for block in source:
            waiting.append(pool.submit(_glossed, block))
            while waiting and (len(waiting) > _AHEAD * jobs or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_glosser: LineGlosser


def _begin(glosser: LineGlosser) -> None:
    global _glosser  # noqa: PLW0603 - what a process of the pool works with
    _glosser = glosser


def _glossed(block: Block) -> tuple[bytes, Tally]:
    return _glosser.gloss(block)
