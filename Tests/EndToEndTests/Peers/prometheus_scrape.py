"""Has Debian's prometheus scrape a metrics port: prometheus_scrape.py HOST:PORT.

Prometheus asks for OpenMetrics first; what it gets of the older text form goes through a relay here,
which asks for nothing else. Prints how the targets are, the calls that were counted, and whether
exemplars were stored; everything is in a folder of its own, and ends with this program.
"""
import http.server
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

target = sys.argv[1]
types = {}


def fetch(accept):
    request = urllib.request.Request(f"http://{target}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read()


class Relay(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        # One path for each form; what Prometheus itself prefers is passed on at the first.
        name = self.path[1:]
        accept = self.headers["Accept"] if name == "openmetrics" else "text/plain;version=0.0.4"
        types[name], body = fetch(accept)
        self.send_response(200)
        self.send_header("Content-Type", types[name])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


relay = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Relay)
threading.Thread(target=relay.serve_forever, daemon=True).start()
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]

folder = tempfile.TemporaryDirectory()
jobs = [
    {
        "job_name": name,
        "metrics_path": f"/{name}",
        "scrape_interval": "1s",
        "static_configs": [{"targets": [f"127.0.0.1:{relay.server_port}"]}],
    }
    for name in ("openmetrics", "text")
]
settings = pathlib.Path(folder.name, "prometheus.yml")
settings.write_text(json.dumps({"scrape_configs": jobs}))  # YAML has all of JSON
log = open(pathlib.Path(folder.name, "log"), "w+")
prometheus = subprocess.Popen(
    [
        "prometheus",
        f"--config.file={settings}",
        f"--storage.tsdb.path={folder.name}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
    ],
    stdout=log,
    stderr=log,
)


def ask(path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=10) as answer:
        return json.load(answer)["data"]


def wait_for(find):
    """Asks until something is found; a minute is far more than it takes."""
    end = time.monotonic() + 60
    while time.monotonic() < end and prometheus.poll() is None:
        try:
            found = find()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.1)
    log.seek(0)
    sys.exit("prometheus has nothing:\n" + log.read())


def scraped(name):
    targets = ask("targets")["activeTargets"]
    return next((each for each in targets if each["scrapePool"] == name and each["health"] == "up"), None)


def calls(name):
    selector = f'grpc_server_handled_total{{job="{name}",service=~"sextant.*"}}'
    return ask("query?query=" + urllib.request.quote(selector))["result"]


try:
    for name in ("openmetrics", "text"):
        print(f"{name} health:", wait_for(lambda: scraped(name))["health"])
        found = wait_for(lambda: calls(name))
        print(f"{name} type:", types[name])
        wanted = ("code", "method", "service")
        for each in sorted(found, key=lambda each: each["metric"]["code"]):
            labels = {label: each["metric"][label] for label in wanted}
            print(name, labels, each["value"][1])
    query = 'http_server_request_duration_seconds_bucket{job="openmetrics"}'
    span = f"&start={time.time() - 3600}&end={time.time() + 60}"
    exemplars = wait_for(lambda: ask("query_exemplars?query=" + urllib.request.quote(query) + span))
    labels = [one["labels"] for each in exemplars for one in each["exemplars"]]
    print("exemplars:", all(len(each["trace_id"]) == 32 for each in labels))
finally:
    prometheus.terminate()
    prometheus.wait(30)
