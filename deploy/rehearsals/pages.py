"""Runs what the pages of the repository show to be typed, and looks at what comes of it: pages.py FOLDER ONLY PROGRAMS...

Every block of `sh` is cut into its commands, which are run in their order, those of a page in one shell and in a folder of
its own below FOLDER. What is run elsewhere stands in `ELSEWHERE`, with the file that runs it and words that it has. What a
page shows as printed has to be printed: texts with any numbers, objects with the same members. PROGRAMS are the folders
where programs are that pages start by `swift run`; ONLY is part of the path of a page, or empty for all. An installation has to run, with
`sextant` in the path, and `KEY`, `API` and `SEXTANT_DATA` in the environment.
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

import page_needs

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPOSE = "deploy/rehearsals/compose"

# What begins with these words is run by another test: the file that does, and a pattern of how.
ELSEWHERE = {
    "deploy/up": ("deploy/rehearsals/up", r"deploy/up"),
    "deploy/down": ("deploy/rehearsals/up", r"deploy/down"),
    "deploy/test": (".ci/run", r"deploy/test"),
    "deploy/check": ("deploy/test", r"deploy/check"),
    "deploy/bench": ("deploy/test", r"for name in [^;]*\b{}\b[^;]*; do\n.*deploy/bench"),
    "deploy/conformance": ("deploy/test", r"deploy/conformance {}"),
    "deploy/fuzz": ("deploy/test", r"deploy/fuzz {}"),
    "Proto/generate.sh": ("deploy/check", r"Proto/generate\.sh --check"),
    "F=deploy/compose/docker-compose.yml": (COMPOSE, r"--file deploy/compose/docker-compose\.yml"),
    "docker-compose --file $F build": (COMPOSE, r"compose build"),
    "docker run --rm --user root": (COMPOSE, r"docker run --rm --user root --volume .* secrets /secrets --postgres"),
    "docker-compose --file $F up": (COMPOSE, r"compose up --detach"),
    "docker-compose --file $F run --rm sextant tenant create": (COMPOSE, r"sextant tenant create acme"),
    "docker-compose --file $F run --rm sextant key create": (COMPOSE, r"sextant key create acme --scope control:read"),
}
# Whose output is shown, where what prints it is run elsewhere.
PRINTED_BY = {"deploy/up": "sextant status"}
# The pages in the order in which they are run, with what they take for granted.
PAGES = {
    "README.md": page_needs.own_data,
    "Services/attribution-service/README.md": page_needs.path_table,
    "Services/mmm-service/README.md": page_needs.tables,
    "Services/gateway/README.md": page_needs.files,
    "Services/ingest-service/README.md": page_needs.files,
    "Services/simulator/README.md": page_needs.tenant,
    "Shared/README.md": None,
}


def fail(words):
    sys.exit(f"pages: {words}")


# MARK: What pages have


def blocks(page):
    """The fenced blocks of a page: language, number of the first line, text."""
    found, language, start, lines = [], None, 0, []
    for number, line in enumerate((ROOT / page).read_text().splitlines(), 1):
        if language is None and line.startswith("```"):
            language, start, lines = line[3:], number + 1, []
        elif language is not None and line == "```":
            found.append((language, start, "\n".join(lines)))
            language = None
        elif language is not None:
            lines.append(line)
    return found


def commands(page, start, text):
    """The commands of a block, with the number of the line where each begins."""
    found, part, first = [], [], start
    for number, line in enumerate(text.splitlines(), start):
        first = first if part else number
        part.append(line)
        whole = "\n".join(part)
        if not line.endswith("\\") and subprocess.run(["bash", "-n"], input=whole, text=True, capture_output=True).returncode == 0:
            found.append((first, whole))
            part = []
    if part:
        fail(f"{page}:{first}: this is no whole command: {part[0]}")
    return found


def elsewhere(page, number, command):
    """Whether a command is run by another test, which has to be there."""
    for words, (file, pattern) in ELSEWHERE.items():
        if command.startswith(words):
            following = re.sub(r"#.*", "", command[len(words) :]).split()
            if not re.search(pattern.format(re.escape(following[0]) if following else ""), (ROOT / file).read_text()):
                fail(f"{page}:{number}: {file} does not run this: {command}")
            return words
    return None


# MARK: Running


def free_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


class Shell:
    """Runs the commands of a page in one shell, and remembers what each printed."""

    LIMIT = 600

    def __init__(self, page, folder, programs):
        self.page, self.programs = page, programs
        self.folder = folder / page.replace("/", "-").removesuffix(".md")
        self.output = self.folder / ".output"
        self.output.mkdir(parents=True)
        # What pages write is where it is by default; here it is elsewhere.
        self.places = {"127.0.0.1:8080": os.environ["API"].removeprefix("http://"), "/var/lib/sextant": os.environ["SEXTANT_DATA"]}
        self.variables = dict(os.environ)
        self.lines = ["set -E -o pipefail", "failed=0", "trap 'failed=1' ERR"]

    def add(self, number, command):
        # A page's shop is the small one, for a test has little time.
        command = re.sub(r"^sextant demo\b", "sextant demo --scale small", command)
        if started := re.match(r"((?:\w+='[^']*' )?)swift run (?:--configuration release )?(\S+)([^#]*)", command):
            command = self.server(*started.group(1, 2), started.group(3).strip())
        for place, real in self.places.items():
            command = command.replace(place, real)
        name = self.output / str(number)
        self.lines += [
            f"began=$EPOCHREALTIME; {{\n{command}\n}} >{name}.out 2>{name}.err || failed=1",
            f"echo {number} $failed $began $EPOCHREALTIME >>{self.output}/outcomes; failed=0",
        ]

    def server(self, variables, program, arguments):
        """A program that serves until the page has been run, and is waited for."""
        path = next((folder / program for folder in self.programs if (folder / program).exists()), None)
        if path is None:
            fail(f"{self.page}: {program} is not built")
        self.places |= {place: free_address() for place in ("127.0.0.1:8080", "127.0.0.1:50051", "127.0.0.1:9464")}
        listening = "127.0.0.1:8080" if arguments else "127.0.0.1:9464"
        if not arguments:
            # A program refuses variables that it does not know.
            variables = "env --unset SEXTANT_DATA --unset SEXTANT_SCRATCH " + variables + "SEXTANT_LISTEN_ADDRESS=127.0.0.1:50051 SEXTANT_METRICS_ADDRESS=127.0.0.1:9464 "
        # Its standard input stays open as long as the shell is there.
        port = self.places[listening].replace(":", "/")
        wait = f"for attempt in {{1..100}}; do (: </dev/tcp/{port}) 2>/dev/null && break; sleep 0.1; done"
        return f"{variables}{path} {arguments} < <(exec sleep {self.LIMIT}) & trap 'kill %%' EXIT\n{wait}"

    def run(self):
        """Runs all of them; the lines that failed are fatal, those that took long are told."""
        script = "\n".join(self.lines)
        began = time.monotonic()
        ended = subprocess.run(
            ["timeout", str(self.LIMIT), "bash", "-c", script], cwd=self.folder, env=self.variables, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        outcomes = (self.output / "outcomes").read_text().split("\n")[:-1] if (self.output / "outcomes").exists() else []
        faults = []
        for number, failed, start, end in (line.split() for line in outcomes):
            if failed == "1":
                faults.append(f"{self.page}:{number} failed:\n{self.printed(number, 'err')}{self.printed(number, 'out')[-600:]}")
            if float(end) - float(start) > 5:
                print(f"{self.page}:{number} took {float(end) - float(start):.1f} s")
        if ended.returncode not in (0, 1) or len(outcomes) != sum(line.startswith("began=") for line in self.lines):
            faults.append(f"{self.page} ended with {ended.returncode} after line {(outcomes or ['0'])[-1].split()[0]}: {ended.stderr}")
        print(f"{self.page}: {len(outcomes)} commands, {time.monotonic() - began:.1f} s")
        return faults

    def printed(self, number, kind="out"):
        return (self.output / f"{number}.{kind}").read_text(errors="replace")


# MARK: What is shown as printed


def shape(line):
    """A line without its numbers, and without what they decide."""
    line = re.sub(r"\b(inside|outside)\b", "WHERE", line)
    line = re.sub(r"http://[\d.:]+", "http://ADDRESS", line)
    return re.sub(r"\s+", " ", re.sub(r"-?\d+(\.\d+)?", "N", line)).strip()


def missing_text(shown, printed):
    """The first line that is shown and was not printed, in that order."""
    rest = iter([shape(line) for line in printed.splitlines()])
    return next((line for line in shown.splitlines() if shape(line) not in rest), None)


def members(value):
    """What an object of JSON has, without its values."""
    if isinstance(value, dict):
        return {name: members(member) for name, member in value.items()}
    return [members(value[0])] if isinstance(value, list) and value else type(value).__name__


def check_shown(page, language, start, shown, printed):
    if language == "json":
        if members(json.loads(shown)) != members(json.loads(printed.strip().splitlines()[-1])):
            return [f"{page}:{start}: another object was printed: {printed}"]
    elif line := missing_text(shown.replace("/var/lib/sextant", os.environ["SEXTANT_DATA"]), printed):
        return [f"{page}:{start}: this is shown, and was not printed: {line}\n{printed}"]
    return []


def run_page(page, folder, programs):
    shell = Shell(page, folder, programs)
    if needs := PAGES[page]:
        shell.variables |= needs(shell.folder) or {}
    # What is shown, and the numbers of the lines that print it.
    shown, last = [], []
    for language, start, text in blocks(page):
        if language == "sh":
            last = []
            for number, command in commands(page, start, text):
                if words := elsewhere(page, number, command):
                    command = PRINTED_BY.get(words, "")
                if command:
                    shell.add(number, command)
                    last.append(number)
        elif language in ("", "json") and last:
            shown.append((language, start, text, last))
            last = []
    faults = shell.run()
    if not faults:
        for language, start, text, numbers in shown:
            faults += check_shown(page, language, start, text, "".join(map(shell.printed, numbers)))
    return faults


def main(folder, only, *programs):
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, text=True, capture_output=True, check=True).stdout.split()
    forgotten = [page for page in listed if page not in PAGES and any(block[0] == "sh" for block in blocks(page))]
    if forgotten:
        fail(f"these pages have commands, and are not run: {forgotten}")
    faults = [fault for page in PAGES if page == "README.md" or only in page for fault in run_page(page, pathlib.Path(folder), [pathlib.Path(program).resolve() for program in programs])]
    if faults:
        fail("\n\n".join(["what pages show does not work:", *faults]))


main(*sys.argv[1:])
