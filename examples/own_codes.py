"""Codes of your own in ten minutes: from a log over a stub to glosses.

The same by hand, with `pip install 'codegloss[cli]'`:

    codegloss scan app.log --stub --product acme.im > acme.json
    codegloss check acme.json            # lists what is left to write
    CODEGLOSS_CATALOG=acme.json python app.py
"""

import json
import os
import subprocess
import sys
import tempfile

import click  # comes with the extra `cli`, as all of the command line

LOG = [
    {"level": "info", "logger": "acme.im", "event": "connected"},
    {"level": "error", "logger": "acme.im", "event": "send failed", "code": 77001},
    {"level": "error", "logger": "acme.im", "event": "send failed", "code": 77001},
    {"level": "error", "logger": "acme.im", "event": "join failed", "code": 77002},
]
WORDS = {
    77001: (
        "Too many messages a second",
        "Send at most ten",
        "RESOURCE_EXHAUSTED",
        True,
    ),
    77002: ("The room is full", "Join another room", "FAILED_PRECONDITION", False),
}


def codegloss(*words, **env):
    """Run the command line as a shell would, and return what it prints."""
    command = [sys.executable, "-m", "codegloss", *words]
    env = {**os.environ, **env}
    done = subprocess.run(  # noqa: S603
        command, env=env, stdout=subprocess.PIPE, text=True, check=False
    )
    return done.stdout


os.chdir(tempfile.mkdtemp())
with open("app.log", "w", encoding="utf-8") as file:
    file.writelines(json.dumps(event) + "\n" for event in LOG)

click.secho("1. a catalog to fill in, of the codes that nobody knows", bold=True)
catalog = json.loads(codegloss("scan", "app.log", "--stub", "--product", "acme.im"))
for entry in catalog["entries"]:
    click.echo(f"{entry['code']}: {entry.pop('notes')[0]}")
with open("acme.json", "w", encoding="utf-8") as file:
    json.dump(catalog, file)

click.secho("2. what is left to write", bold=True)
click.echo(codegloss("check", "acme.json"))

click.secho("3. written, and checked again", bold=True)
for entry in catalog["entries"]:
    meaning, remedy, category, retryable = WORDS[entry["code"]]
    entry["meaning"], entry["remedy"] = {"en": meaning}, {"en": remedy}
    entry |= {"category": category, "retryable": retryable}
with open("acme.json", "w", encoding="utf-8") as file:
    json.dump(catalog, file)
click.echo(codegloss("check", "acme.json"))

click.secho("4. the same log again", bold=True)
click.echo(codegloss("scan", "app.log", CODEGLOSS_CATALOG="acme.json"))

click.secho("5. and in a program", bold=True)
os.environ["CODEGLOSS_CATALOG"] = "acme.json"  # read once, at import

from codegloss import enrich  # noqa: E402

click.echo(enrich(LOG[3]))
