"""Keeps an installation busy as two tenants do: soak.py URL DATA MINUTES QUIET_KEY LOUD_KEY

A ramp finds the rate at which events can be taken; then they come at half of it, mix models are trained one after the other,
and both tenants ask for journeys, credit and reports, while the loud one floods. Prints a table of calls and one of memory,
and exits with 1 if a call failed that was within its tenant's quota, fewer events came, or a process grew over the last two thirds.

Whoever sends events does so from processes of its own: one process of Python could not send as many.
"""

import collections
import http.client
import itertools
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import threading
import time
import urllib.parse

BATCH = 200
REGULARS = 200_000
RAMP_SECONDS = 8
SAMPLE_SECONDS = 5
# How long who reads, or has models trained, takes to look at what came.
PAUSE_SECONDS = 2
# Processes that send events, and how many connections each has.
SENDERS, WRITERS = 4, 8
# Which part of the events that are to come must, for them to have come at half of what can be taken.
LEAST_TAKEN = 0.95
# What may be added over the last two thirds: a cache that is still being filled, not a leak of half an hour.
MOST_GROWTH_MEGABYTES, MOST_GROWTH_SHARE = 24, 0.10


class Caller:
    """Calls of one tenant, each thread by a connection of its own; notes how long they took, and what failed."""

    def __init__(self, url, key, name):
        self.place, self.key, self.name = urllib.parse.urlsplit(url).netloc, key, name
        self.seconds, self.failures, self.refused = collections.defaultdict(list), collections.Counter(), collections.Counter()
        self.local = threading.local()

    def call(self, kind, path, body=None):
        """Makes a call, and gives the object that answers it; None if it is not answered."""
        headers = {"authorization": "Bearer " + self.key, "content-type": "application/json"}
        sent = body if isinstance(body, str | None) else json.dumps(body)
        began = time.monotonic()
        try:
            self.local.connection = getattr(self.local, "connection", None) or http.client.HTTPConnection(self.place, timeout=60)
            self.local.connection.request("POST" if body is not None else "GET", path, sent, headers)
            answer = self.local.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.local.connection = None
            self.failures[f"{kind}: {error!r}"] += 1
            return None
        if answer.status == 429:
            self.refused[kind] += 1
        elif answer.status != 200:
            self.failures[f"{kind}: {answer.status} {text[:200]}"] += 1
        else:
            self.seconds[kind].append(time.monotonic() - began)
            return json.loads(text)
        return None


class Soak:
    def __init__(self, url, data, minutes, quiet, loud):
        self.quiet, self.loud = Caller(url, quiet, "quiet"), Caller(url, loud, "loud")
        self.data, self.seconds = pathlib.Path(data), 60 * minutes
        self.over = multiprocessing.Event()
        self.numbers = itertools.count()
        self.trained = 0

    # MARK: What tenants do

    def write(self, caller):
        """Sends events: one of ten is of somebody who has come before, the others are six each of somebody new."""
        number, sender = next(self.numbers), os.getpid()
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        events = ",".join(
            f'{{"eventId":"soak-{sender}-{number}-{place}","kind":"KIND_PAGE","anonymousId":"{who}",'
            f'"occurredAt":"{now}","visit":{{"pageUrl":"https://shop.example/?gclid=1"}}}}'
            for place in range(BATCH)
            for who in [f"{sender}-{number}-{place // 6}" if place % 10 else f"regular-{(number * BATCH + place) % REGULARS}"]
        )
        caller.call("events", "/v1/events:write", f'{{"events":[{events}]}}')

    def ramp(self):
        """The most events a second that are taken, by more and more writers."""
        best = 0.0
        for senders, writers in ((1, 1), (2, 1), (4, 1), (4, 2), (4, 4)):
            began, end = time.monotonic(), time.monotonic() + RAMP_SECONDS

            def push():
                while time.monotonic() < end:
                    self.write(self.quiet)

            self.apart([[push] * writers] * senders)
            self.over.clear()
            rate = BATCH * len(self.quiet.seconds["events"]) / (time.monotonic() - began)
            print(f"{senders * writers} writers: {rate:.0f} events a second", flush=True)
            best = max(best, rate)
            self.quiet.seconds.clear()
        return best

    def ingest(self, rate):
        """Sends a writer's part of the events; who has fallen behind does not catch up."""
        due = time.monotonic()
        while not self.over.is_set():
            self.write(self.quiet)
            due = max(due + BATCH / rate, time.monotonic() - 1)
            self.over.wait(max(0, due - time.monotonic()))

    def train(self):
        """Trains a model, looks at it and deletes it, over and over."""
        body = {"label": "soak", "selection": {"kpi": "revenue"}, "configuration": {"trend": True}, "train": True}
        while not self.over.is_set():
            if not (model := self.quiet.call("train", "/v1/mix/models", body)):
                break
            path = f"/v1/mix/models/{model['modelId']}"
            while model and model["state"] in ("STATE_QUEUED", "STATE_TRAINING") and not self.over.wait(0.5):
                model = self.quiet.call("model", path)
            if model and model["state"] == "STATE_COMPLETED":
                self.quiet.call("results", path + ":results")
                self.trained += 1
            elif not self.over.is_set():
                self.quiet.failures[f"training: {model and model.get('problem')}"] += 1
            if not self.over.is_set():
                self.quiet.call("delete model", path + ":delete", {})
            self.over.wait(PAUSE_SECONDS)

    def read(self, caller):
        """Asks for what people look at."""
        questions = [
            ("overview", "/v1/overview?from=2025-12-01&to=2025-12-31", None),
            ("journeys", "/v1/journeys?pageSize=50", None),
            ("credit", "/v1/attribution:run", {"model": "linear", "journeys": {"firstDay": "2025-12-01", "lastDay": "2025-12-31"}}),
            ("counts", "/v1/events:count?from=2025-12-01&to=2025-12-31", None),
        ]
        if caller is self.loud:
            # It has no conversions, of which credit is.
            questions = [question for question in questions if question[0] not in ("credit",)]
        while not self.over.is_set():
            for question in questions:
                caller.call(*question)
            self.over.wait(PAUSE_SECONDS)

    def flood(self):
        while not self.over.is_set():
            self.loud.call("flood", "/v1/channels")

    # MARK: Memory

    def memory(self):
        """Megabytes of each kind of process that are its own."""
        status = json.loads(subprocess.run(["sextant", "status", "-o", "json"], capture_output=True, check=True).stdout)
        found = {}
        for name, process in status["processes"].items():
            total = 0
            for number in [process, *self.children(process)]:
                try:
                    lines = pathlib.Path(f"/proc/{number}/status").read_text().splitlines()
                except OSError:
                    continue
                total += sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024
            found[name] = total
        return found

    @staticmethod
    def children(process):
        listed = subprocess.run(["pgrep", "--parent", str(process)], capture_output=True, text=True).stdout.split()
        return [*listed, *(number for child in listed for number in Soak.children(child))]

    # MARK: All of it

    @staticmethod
    def together(bodies):
        threads = [threading.Thread(target=body) for body in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def apart(self, groups, meanwhile=lambda: None):
        """Does what each group has in a process of its own, and gathers what came of it."""
        notes = multiprocessing.SimpleQueue()

        def work(bodies):
            # Of what was noted before, the parent knows.
            for caller in (self.quiet, self.loud):
                for noted in (caller.seconds, caller.failures, caller.refused):
                    noted.clear()
            self.together(bodies)
            notes.put((self.trained, *((caller.seconds, caller.failures, caller.refused) for caller in (self.quiet, self.loud))))

        processes = [multiprocessing.Process(target=work, args=(bodies,), daemon=True) for bodies in groups]
        for process in processes:
            process.start()
        try:
            meanwhile()
        finally:
            self.over.set()
        for _ in processes:
            trained, *told = self.note(notes, processes)
            self.trained += trained
            for caller, (seconds, failures, refused) in zip((self.quiet, self.loud), told):
                for kind, times in seconds.items():
                    caller.seconds[kind] += times
                caller.failures += failures
                caller.refused += refused
        for process in processes:
            process.join()

    @staticmethod
    def note(notes, processes):
        """What one of the processes noted, if none was killed."""
        while notes.empty():
            if killed := [process.exitcode for process in processes if process.exitcode]:
                sys.exit(f"soak: who makes calls has ended with {killed}")
            time.sleep(0.05)
        return notes.get()

    def run(self):
        rate = self.ramp() / 2
        print(f"events come at {rate:.0f} a second from here on", flush=True)
        own = rate / SENDERS / WRITERS
        groups = [[lambda: self.ingest(own)] * WRITERS] * SENDERS
        groups += [[self.train, lambda: self.read(self.quiet), lambda: self.read(self.loud)], [self.flood] * 2]
        samples = []

        def sample():
            began = time.monotonic()
            while (passed := time.monotonic() - began) < self.seconds:
                samples.append((passed, self.memory()))
                time.sleep(SAMPLE_SECONDS)

        self.apart(groups, sample)
        return self.told(samples, rate)

    def told(self, samples, rate):
        print(f"\n{'call':<22}{'count':>8}{'p50 ms':>9}{'p99 ms':>9}{'most ms':>9}{'refused':>9}")
        for caller in (self.quiet, self.loud):
            for kind in sorted({*caller.seconds, *caller.refused}):
                times = sorted(1_000 * seconds for seconds in caller.seconds[kind]) or [float("nan")]
                middle, high = times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]
                row = f"{caller.name + ' ' + kind:<22}{len(caller.seconds[kind]):>8}{middle:>9.1f}{high:>9.1f}{times[-1]:>9.1f}"
                print(f"{row}{caller.refused[kind]:>9}")
        taken = BATCH * len(self.quiet.seconds["events"]) / self.seconds
        print(f"{taken:.0f} events a second were taken, {taken / rate:.0%} of what was to come")
        print(f"{self.trained} models were trained\n\n{'memory':<22}{'first MB':>9}{'mean MB':>9}{'last MB':>9}{'MB/min':>9}")
        faults = [f"{caller.name}: {count} x {what}" for caller in (self.quiet, self.loud) for what, count in caller.failures.items()]
        faults += [f"quiet was refused {count} x {kind}" for kind, count in self.quiet.refused.items()]
        if taken < LEAST_TAKEN * rate:
            faults.append(f"{taken:.0f} events a second were taken of {rate:.0f}")
        if not self.loud.refused["flood"]:
            faults.append("nothing of the flood was refused")
        late = [sample for sample in samples if sample[0] > self.seconds / 3]
        for name in samples[0][1]:
            points = [(seconds / 60, memory[name]) for seconds, memory in late]
            mean_x, mean_y = (sum(values) / len(points) for values in zip(*points))
            slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
            print(f"{name:<22}{samples[0][1][name]:>9.1f}{mean_y:>9.1f}{points[-1][1]:>9.1f}{slope:>9.2f}")
            growth = slope * (points[-1][0] - points[0][0])
            if growth > max(MOST_GROWTH_MEGABYTES, MOST_GROWTH_SHARE * mean_y):
                faults.append(f"{name} grew by {growth:.0f} MB over the last two thirds")
        if faults:
            sys.exit("\n".join(["\nsoak:", *faults]))
        print("\nno call failed within its quota, and no process grew")


# What a process begins with is what its parent has: threads of the parent there are none.
multiprocessing.set_start_method("fork")
url, data, minutes, quiet, loud = sys.argv[1:]
Soak(url, data, float(minutes), quiet, loud).run()
