"""What can be run on this project: `nox -l` lists it, `nox` runs the first two.

The work itself is done by the scripts in `.ci`, so that each can be run alone, too;
here stands which environment each of them needs. `nox --no-venv` takes the present one.
"""

from __future__ import annotations

import sys

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["check", "test"]

# Promised are those that the project's metadata lists. The next one is tried, too, so
# that what breaks is known before anybody relies on it.
PROMISED = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))
PYTHONS = [*PROMISED, "3.14"]
# What is pure Python runs on the free-threaded build, too.
PURE = "structlog,loguru,otel,tenacity,stamina"


def install(session: nox.Session, extras: str, *groups: str) -> None:
    """Install the project with some extras and groups, unless there is no new venv."""
    if session.venv_backend == "none":
        return
    chosen = [part for group in groups for part in ("--group", group)]
    if session.venv_backend == "venv":
        session.install("pip>=25.1")
    session.install("-e", f".[{extras}]" if extras else ".", *chosen)


def script(session: nox.Session, *command: str) -> None:
    """Run a script of `.ci` with the Python of a session."""
    session.run(*command, external=True, env={"PYTHON": python(session)})


def python(session: nox.Session) -> str:
    """Return the interpreter of a session."""
    if session.venv_backend == "none":
        return sys.executable
    return f"{session.virtualenv.bin}/python"


@nox.session
def check(session: nox.Session) -> None:
    """Format, lint, types, catalog."""
    install(session, "all,archive,arrow,polars,duckdb", "lint", "type", "test")
    script(session, ".ci/check")


@nox.session
def test(session: nox.Session) -> None:
    """Run the tests with coverage, with every destination, and with a browser."""
    groups = ("test", "destinations", "browser")
    install(session, "all,archive,arrow,polars,duckdb", *groups)
    script(session, ".ci/test", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on one Python after another."""
    install(session, "all", "test")
    session.run("python", "-m", "pytest", "-q", *session.posargs)


@nox.session(python="3.14t", name="free-threaded")
def free_threaded(session: nox.Session) -> None:
    """Run the tests on the Python without a global lock."""
    install(session, PURE, "test")
    session.run("python", "-m", "pytest", "-q", *session.posargs)


@nox.session
def spark(session: nox.Session) -> None:
    """Run the tests of archives with every engine; Spark wants a Java runtime."""
    install(session, "archive,arrow,polars,duckdb,spark", "test")
    session.run("python", "-m", "pytest", "-q", "tests/archive", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation site into `site`; a warning fails it."""
    install(session, "", "docs")
    session.env["NO_MKDOCS_2_WARNING"] = "1"
    session.run(
        python(session), "-m", "mkdocs", "build", *session.posargs, external=True
    )


@nox.session(venv_backend="none")
def build(session: nox.Session) -> None:
    """Build wheel and sdist, and run the tests on the wheel."""
    session.run(".ci/build", external=True)


@nox.session(venv_backend="none")
def matrix(session: nox.Session) -> None:
    """Run the lowest and newest versions of each extra; `-- --fast` for the corners."""
    session.run(sys.executable, ".ci/matrix", *session.posargs, external=True)


@nox.session
def destinations(session: nox.Session) -> None:
    """Write the table of what reaches which destination."""
    install(session, "all", "test", "destinations")
    session.run("python", "-m", "destinations", env={"PYTHONPATH": "tests"})


@nox.session
def costs(session: nox.Session) -> None:
    """Measure what it costs; `-- --write` puts the figures into docs/costs.md."""
    install(session, "all", "bench")
    session.run("python", ".ci/bench.py", *session.posargs)
    session.run("python", ".ci/hostile.py")


@nox.session
def growth(session: nox.Session) -> None:
    """Measure what the catalog's size costs, to 20,000 entries."""
    install(session, "all")
    session.run("python", ".ci/growth.py")


@nox.session
def soak(session: nox.Session) -> None:
    """Send a million hostile events; `-- 10000` sends fewer."""
    install(session, "structlog,otel")
    session.run("python", ".ci/soak.py", *session.posargs)


@nox.session
def ablate(session: nox.Session) -> None:
    """Say what each rule and each kind of evidence is worth."""
    install(session, "structlog", "test")
    session.run("python", ".ci/ablate.py", *session.posargs)


@nox.session
def audit(session: nox.Session) -> None:
    """List every code that is or may be retryable."""
    install(session, "structlog")
    session.run("python", ".ci/retry_audit.py")
