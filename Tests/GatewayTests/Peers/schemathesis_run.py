"""Has schemathesis try what a document of OpenAPI describes, through an edge, for it speaks HTTP/1.1.

schemathesis_run.py GATEWAY DOCUMENT KEY EXAMPLES EXCLUDED: where the gateway is, the document's file, a key, how many
requests are made up for each operation, and the paths that are left out, as an expression. Ends with its status.
"""

import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

gateway, document, key, examples, excluded = sys.argv[1:]
here = pathlib.Path(__file__).parent
# Whoever started this may have been deaf to signals, which programs inherit: nghttpx would not end.
signal.pthread_sigmask(signal.SIG_SETMASK, [])


def edge_before(gateway):
    """nghttpx at a free port, once it takes connections."""
    for _ in range(10):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        host, _, back = gateway.rpartition(":")
        edge = subprocess.Popen(
            ["nghttpx", "--conf=/dev/null", "--workers=1", "--log-level=ERROR", "--accesslog-file=/dev/null",
             f"--frontend=127.0.0.1,{port};no-tls", f"--backend={host},{back};;proto=h2"]
        )
        end = time.monotonic() + 30
        while edge.poll() is None and time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return edge, port
            except OSError:
                time.sleep(0.05)
        edge.kill()
    raise SystemExit("nghttpx does not start")


edge, port = edge_before(gateway)
try:
    # It leaves files where it runs.
    with tempfile.TemporaryDirectory() as folder:
        ended = subprocess.run(
            [pathlib.Path(sys.executable).parent / "st", "--config-file", here / "schemathesis.toml", "run", document,
             "--url", f"http://127.0.0.1:{port}", "--header", f"x-api-key: {key}", "--max-examples", examples,
             "--exclude-path-regex", excluded,
             # Every check but two. Limits that only a service knows are not in the document, and JSON of protobuf may
             # say the same in more ways than it describes, as an enum's value by its number.
             "--checks", "all", "--exclude-checks", "positive_data_acceptance,negative_data_rejection",
             "--seed", "1", "--generation-deterministic", "--suppress-health-check", "all",
             "--request-timeout", "60", "--max-response-time", "60", "--continue-on-failure", "--no-color"],
            cwd=folder,
        )
finally:
    edge.terminate()
    edge.wait()
sys.exit(ended.returncode)
