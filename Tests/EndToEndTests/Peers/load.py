"""Keeps two servers busy by grpcio: load.py HOST:PORT HOST:PORT CALLS.

Eight threads make so many calls in all, to both servers in turn. Prints a line when a tenth of them
have been answered, and at the end how many were, and the failures.
"""
import collections
import itertools
import sys
import threading

import grpc

first, second, total = sys.argv[1], sys.argv[2], int(sys.argv[3])
addresses = ",".join([first, second])
channel = grpc.insecure_channel(
    "ipv4:" + addresses,
    options=[("grpc.service_config", '{"loadBalancingConfig":[{"round_robin":{}}]}')],
)
# SleepRequest { duration { nanos: 2000000 } }, by the numbers of its fields.
request = bytes([0x0A, 0x04, 0x10, 0x80, 0x89, 0x7A])
sleep = channel.unary_unary("/sextant.testing.v1.Example/Sleep", None, None)
counts = collections.Counter()
numbers = itertools.count()
lock = threading.Lock()


def work():
    while next(numbers) < total:
        try:
            sleep(request, timeout=60)
            outcome = "OK"
        except grpc.RpcError as error:
            outcome = f"{error.code().name}: {error.details()}"
        with lock:
            counts[outcome] += 1
            if sum(counts.values()) == total // 10:
                print("busy", flush=True)


threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(counts.items()))
