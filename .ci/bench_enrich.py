"""Measure `enrich` against jq, Miller, rsyslog and syslog-ng on the same JSON lines.

    apt-get install jq miller
    PATH="$(.ci/peers):$PATH" python .ci/bench_enrich.py            # 500,000 lines
    PATH="$(.ci/peers):$PATH" python .ci/bench_enrich.py --lines 50000

A tenth of the lines have a vendor's code, under one of 40 field names and with a text
never seen before; another twentieth have an HTTP status called `code`. The others look
a number up in the exported catalog, as their lookup tables do: codegloss weighs what
stands beside it. Every tool runs on one and the same core; what counts is the processor
time it took, its start included, so that neighbours on the machine disturb no ratio.
Every output is read back line by line: wrong is a meaning that the line does not have,
or none where it has one; changed is a line without a code that is not what it was.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import codegloss
from codegloss._archive.keyed import rows
from codegloss.testing import active_catalog

NAMES = (
    "code error_code errorCode errcode errCode ErrorCode err_code ret ret_code retCode "
    "RetCode result_code resultCode res_code resCode biz_code bizCode sub_code subCode "
    "resp_code respCode rsp_code rspCode api_code apiCode sdk_code sdkCode vendor_code "
    "vendorCode im_code imCode rtc_code rtcCode exc_code failure_code failureCode "
    "fail_code failCode business_code businessCode"
).split()
SOURCES = (
    ("netease.nim", {"sdk": "NIM"}),
    ("tencent.live", {"logger": "rtc.tencent.live"}),
    ("netease.neroom", {"url": "https://roomkit.netease.im/neroom/v3/rooms"}),
)


def generate(path, number):
    """Write the lines; return what each of them means, None for nothing."""
    chance = random.Random(16)  # noqa: S311
    known = {scope: [] for scope, _ in SOURCES}
    for row in rows(active_catalog()):
        scope, _, code = row.key.rpartition(":")
        if scope in known and row.meaning and code.lstrip("-").isdigit():
            known[scope].append((int(code), row.meaning))
    meanings = []
    with path.open("w", encoding="utf-8") as file:
        for n in range(number):
            event = {
                "ts": f"2026-03-02T{n % 24:02}:{n % 60:02}:00.{n % 10**6:06}Z",
                "level": "info",
                "event": f"user {chance.randrange(10**9)} joined the room r-{n:x}",
                "request_id": f"{chance.getrandbits(64):016x}",
                "user_id": chance.randrange(10**9),
                "duration_ms": chance.randrange(900),
            }
            meaning = None
            if n % 10 == 0:
                scope, evidence = chance.choice(SOURCES)
                code, meaning = chance.choice(known[scope])
                text = f"call {chance.getrandbits(64):x} of {n} failed"
                event |= {"level": "error", "event": text, **evidence}
                event[chance.choice(NAMES)] = code
            elif n % 20 == 1:
                event |= {"method": "GET", "path": f"/v1/rooms/{n}"}
                event["code"] = chance.choice([200, 403, 404, 416, 500])
            file.write(json.dumps(event) + "\n")
            meanings.append(meaning)
    return meanings


def by_number():
    """Return what a lookup by number knows: of several meanings the first."""
    table = {}
    for row in rows(active_catalog()):
        if row.meaning and "." in row.key.partition(":")[0]:
            table.setdefault(row.code, {"vendor": row.vendor, "meaning": row.meaning})
    return table


def codegloss_itself(_folder, source, out):
    return [sys.executable, "-m", "codegloss", "enrich", source, "-o", out]


def jq(folder, source, _out):
    (folder / "table.json").write_text(json.dumps(by_number()))
    code = " // ".join(f".{name}" for name in NAMES)
    program = f"({code}) as $c | if $c == null then . else . + $t[0][$c|tostring] end"
    return ["jq", "-c", "--slurpfile", "t", folder / "table.json", program, source]


def miller(folder, source, _out):
    table = [{"key": key, **facts} for key, facts in by_number().items()]
    (folder / "table.jsonl").write_text("".join(json.dumps(r) + "\n" for r in table))
    found = " elif ".join(
        f"(is_present(${name})) {{$key = string(${name})}}" for name in NAMES
    )
    join = ["then", "join", "--ur", "-j", "key", "-f", folder / "table.jsonl"]
    return ["mlr", "--jsonl", "put", f"if {found}", *join, source]


def rsyslog(folder, source, out):
    table = [{"index": k, "value": json.dumps(v)} for k, v in by_number().items()]
    content = {"version": 1, "nomatch": "", "type": "string", "table": table}
    (folder / "rsyslog.json").write_text(json.dumps(content))
    found = " else ".join(
        f'if $!{name} != "" then {{ set $.key = $!{name}; }}' for name in NAMES
    )
    (folder / "rsyslog.conf").write_text(f"""
module(load="imfile" mode="inotify")
module(load="mmjsonparse")
global(workDirectory="{folder}" maxMessageSize="64k")
main_queue(queue.size="100000" queue.dequeueBatchSize="4096")
lookup_table(name="codegloss" file="{folder}/rsyslog.json")
template(name="out" type="list") {{
  property(name="$!all-json-plain") constant(value="\\n")
}}
input(type="imfile" file="{source}" tag="t" ruleset="all")
ruleset(name="all" queue.type="LinkedList" queue.size="100000") {{
  action(type="mmjsonparse" cookie="")
  {found}
  set $.facts = lookup("codegloss", $.key);
  if $.facts != "" then {{ set $!codegloss = $.facts; }}
  action(type="omfile" file="{out}" template="out" ioBufferSize="256k")
}}
""")  # fmt: skip
    return ["rsyslogd", "-n", "-iNONE", "-f", folder / "rsyslog.conf"]


def syslog_ng(folder, source, out):
    lines = [
        f'{key},meaning,"{facts["meaning"]}"\n' for key, facts in by_number().items()
    ]
    (folder / "syslog-ng.csv").write_text("".join(lines))
    found = " ".join(f"${{.json.{name}}}" for name in NAMES)
    (folder / "syslog-ng.conf").write_text(f"""@version: 3.35
options {{ threaded(no); log-msg-size(65536); }};
source s {{
  file("{source}" flags(no-parse) log-fetch-limit(10000) log-iw-size(100000));
}};
parser p {{ json-parser(prefix(".json.")); }};
parser c {{ add-contextual-data(selector("$(or {found})"),
  database("{folder}/syslog-ng.csv"), prefix(".json.")); }};
destination d {{ file("{out}" log-fifo-size(200000)
  template("$(format-json .json.* --shift-levels 2)\\n")); }};
log {{ source(s); parser(p); parser(c); destination(d); flags(flow-control); }};
""")
    command = ["syslog-ng", "-F", "--no-caps", "-f", folder / "syslog-ng.conf"]
    for option in ("-R", "-c", "-p"):  # its state, its socket, its process number
        command += [option, folder / f"syslog-ng{option}"]
    return command


TOOLS = {
    "codegloss enrich": (codegloss_itself, None),
    "jq": (jq, 3.5),
    "Miller": (miller, 3.5),
    "rsyslog": (rsyslog, 2.5),
    "syslog-ng": (syslog_ng, 3.5),
}
DAEMONS = {"rsyslog", "syslog-ng"}
WRITES = {"codegloss enrich", *DAEMONS}


def run(name, command, out, number):
    """Run a tool on one core; return the processor time it took."""
    core = {min(os.sched_getaffinity(0))}
    with (
        open(os.devnull if name in WRITES else out, "wb") as stdout,
        open(f"{out}.log", "wb") as log,
    ):
        process = subprocess.Popen(  # noqa: S603
            [str(part) for part in command],
            stdout=stdout,
            stderr=log,
        )
        os.sched_setaffinity(process.pid, core)
        if name in DAEMONS:
            wait_for(out, number, process)
            process.terminate()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def wait_for(out, number, process):
    """Wait until a daemon has written all lines, or has gone."""
    seen = size = 0
    gone = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while seen < number and os.waitid(os.P_PID, process.pid, gone) is None:
        time.sleep(0.2)
        if not out.exists():
            continue
        with out.open("rb") as file:
            file.seek(size)
            block = file.read()
        seen += block.count(b"\n")
        size += len(block)


def judged(out, source, meanings):
    """Return how many lines are missing, wrong and changed."""
    wrong = changed = 0
    with out.open("rb") as after, source.open("rb") as before:
        lines = after.readlines()
        for line, was, meaning in zip(lines, before, meanings, strict=False):
            event = json.loads(line)
            said = event.get("meaning")
            if said is None and "codegloss" in event:
                said = json.loads(event["codegloss"])["meaning"]
            wrong += said != meaning
            changed += said is None and line != was
    return len(meanings) - len(lines), wrong, changed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=500_000)
    number = parser.parse_args().lines
    folder = Path(tempfile.mkdtemp(prefix="codegloss-"))
    source = folder / "in.ndjson"
    meanings = generate(source, number)
    print(f"{number:,} lines, {source.stat().st_size / 2**20:.0f} MiB; one core")
    print(f"{'':<18}{'µs a line':>10}{'ratio':>8}{'goal':>7}", end="")
    print(f"{'missing':>9}{'wrong':>9}{'changed':>10}")
    ours = None
    try:
        for name, (prepare, goal) in TOOLS.items():
            out = folder / f"{name.replace(' ', '-')}.ndjson"
            command = prepare(folder, source, out)
            if shutil.which(str(command[0])) is None:
                print(f"{name:<18} is not installed")
                continue
            took = run(name, command, out, number)
            ours = ours or took
            if not out.exists():
                print(f"{name:<18} failed: {Path(f'{out}.log').read_text()[-300:]}")
                continue
            missing, wrong, changed = judged(out, source, meanings)
            print(f"{name:<18}{took / number * 1e6:>10.1f}", end="")
            print(f"{took / ours:>8.2f}{goal or '':>7}", end="")
            print(f"{missing:>9,}{wrong:>9,}{changed:>10,}", flush=True)
    finally:
        shutil.rmtree(folder)
    floor()


def floor():
    """Print what one core needs at least: decoding, a look, and the glossed tenth."""
    from codegloss._archive.decode import decoded

    plain = b'{"ts":"2026-03-02T00:00:00Z","level":"info","event":"joined r-1","n":1}'
    coded = {"level": "error", "sdk": "NIM", "code": 416, "event": ""}
    enrich, rounds = codegloss.Enricher().enrich, 5_000
    begun = time.process_time()
    for _ in range(rounds):
        enrich(decoded(plain))
    look = (time.process_time() - begun) / rounds * 1e6
    begun = time.process_time()
    for n in range(rounds):
        enrich({**coded, "event": f"call {n} failed"})
    gloss = (time.process_time() - begun) / rounds * 1e6
    print(
        f"floor: {look:.1f} µs to decode and look at a line, {gloss:.0f} µs to explain"
    )
    print(f"one, of which there is a tenth: {look + gloss / 10:.1f} µs a line")


if __name__ == "__main__":
    main()
