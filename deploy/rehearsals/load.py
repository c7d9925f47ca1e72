"""Asks all services by one call after the other while a file is there: load.py URL KEY_FILE FILE.

A call has failed if there is no answer, or if one of the services has no part in it. Prints how many calls
there were and which failed, and exits with 1 if one did.
"""
import collections
import http.client
import json
import os
import sys
import time
import urllib.parse

url = urllib.parse.urlsplit(sys.argv[1])
with open(sys.argv[2]) as file:
    headers = {"authorization": "Bearer " + file.read().strip()}
areas = {"attribution", "experiment", "ingest", "insights", "mmm"}
outcomes = collections.Counter()
connection = None

while os.path.exists(sys.argv[3]):
    time.sleep(0.02)
    try:
        connection = connection or http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        connection.request("GET", url.path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        # An instance that is about to stop says so, and answers all the same.
        found = {service["name"] for service in json.loads(body)["services"]} if answer.status == 200 else set()
        outcome = "" if found == areas else f"{answer.status}, without {sorted(areas - found)}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        connection, outcome = None, repr(error)
    outcomes[outcome] += 1
    if outcome:
        print(time.strftime("%T"), outcome, file=sys.stderr)

failed = sum(count for outcome, count in outcomes.items() if outcome)
print(f"{sum(outcomes.values())} calls meanwhile, {failed} failed")
sys.exit(failed > 0)
