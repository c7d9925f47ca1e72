"""What the rehearsal of a large file asks and checks.

file.py make PATH GIGABYTES                    writes events, and prints how many rows of which kind as JSON
file.py behind URL KEY_FILE FIELD PROCESS      waits until the newest import is past a third of its bytes, while who sends it lives
file.py reconcile URL KEY_FILE MADE IMPORTED   holds what became of the rows against what was made
file.py same URL KEY_FILE IMPORT               fails unless an import was of a file that had been imported before
"""

import json
import pathlib
import sys
import time
import urllib.request

HEADER = "event_id,event_type,event_name,timestamp,anonymous_id,user_id,url,referrer,value,currency,order_id\n"
# Of so many rows one comes again, so many rows later; one is no event, and one is an order.
TWICE, LATER, WRONG, ORDER = 1_000, 50_000, 997, 50
DAYS = 365


def is_wrong(number):
    return number % WRONG == 7


def row(number):
    """An event; the same for the same number."""
    second = number * 7_919 % (DAYS * 86_400)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_735_689_600 + second))
    visitor = number * 104_729 % 5_000_000
    if is_wrong(number):
        moment = "not a time"
    if number % ORDER == 3:
        return f"e{number},conversion,Order Completed,{moment},v{visitor},,https://shop.example/thanks,,{number % 400}.25,USD,o{number}\n"
    return (
        f"e{number},page,Page Viewed,{moment},v{visitor},,https://shop.example/p/{number % 997}?utm_source=google&utm_medium=cpc"
        f"&utm_campaign=campaign_{number % 37},https://www.google.com/,,,\n"
    )


def make(path, gigabytes):
    most, written, number = int(float(gigabytes) * (1 << 30)), len(HEADER), 0
    made = {"rows": 0, "accepted": 0, "duplicate": 0, "rejected": 0}
    with open(path, "w", encoding="ascii", buffering=1 << 20) as file:
        file.write(HEADER)
        while written < most:
            text, before = row(number), number - LATER
            again = row(before) if number % TWICE == 11 and before >= 0 and not is_wrong(before) else ""
            file.write(text + again)
            written += len(text) + len(again)
            made["rejected" if is_wrong(number) else "accepted"] += 1
            made["duplicate"] += 1 if again else 0
            number += 1
    made["rows"] = made["accepted"] + made["duplicate"] + made["rejected"]
    print(json.dumps(made))


def ask(url, key_file, path):
    with open(key_file, encoding="ascii") as file:
        headers = {"authorization": "Bearer " + file.read().strip()}
    # Two months of what a large file has are counted in some seconds, on a machine that does nothing else.
    with urllib.request.urlopen(urllib.request.Request(url + path, headers=headers), timeout=300) as answer:
        return json.load(answer)


def behind(url, key_file, field, process):
    """Waits until a third of the bytes was received, or processed."""
    deadline = time.monotonic() + 3_600
    while time.monotonic() < deadline:
        if not pathlib.Path("/proc", process).exists():
            sys.exit("sextant import has ended")
        imports = ask(url, key_file, "/v1/imports?pageSize=1").get("imports", [])
        if imports:
            total = int(imports[0].get("sizeBytes", 0)) or 1
            done = int(imports[0].get(field + "Bytes", 0))
            if done * 3 > total:
                print(f"{done} of {total} bytes {field}")
                if done >= total:
                    sys.exit(f"all bytes were {field} before anything was killed: take a larger file")
                return
        time.sleep(0.2)
    sys.exit("not in an hour")


def reconcile(url, key_file, made_path, imported_path):
    with open(made_path, encoding="ascii") as file:
        made = json.load(file)
    with open(imported_path, encoding="utf-8") as file:
        imported = json.loads(file.read())
    found = {name: int(imported.get(name, 0)) for name in made}
    if found != made:
        sys.exit(f"the file has {made}, the import tells {found}")
    total, day = 0, 1_735_689_600 - 86_400
    while day < 1_735_689_600 + (DAYS + 1) * 86_400:
        first, last = (time.strftime("%Y-%m-%d", time.gmtime(moment)) for moment in (day, day + 60 * 86_400))
        counts = ask(url, key_file, f"/v1/events:count?from={first}&to={last}").get("counts", [])
        total += sum(int(count["events"]) for count in counts)
        day += 61 * 86_400
    if total != made["accepted"]:
        sys.exit(f"{made['accepted']} events were acknowledged, {total} are stored")
    print(f"{total} events are stored, {made['duplicate']} were found again, {made['rejected']} rejected")


def same(url, key_file, name):
    found = ask(url, key_file, "/v1/imports/" + name)
    if found["state"] != "STATE_COMPLETED" or not found.get("sameAs"):
        sys.exit(f"an import of the same file is {found}")


{"make": make, "behind": behind, "reconcile": reconcile, "same": same}[sys.argv[1]](*sys.argv[2:])
