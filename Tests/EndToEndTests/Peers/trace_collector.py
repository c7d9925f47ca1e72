"""Collects spans as OpenTelemetry's collectors do, by grpcio: trace_collector.py PROTOS SOCKET SPANS|HOPS.

Takes so many spans of our contracts, from whoever sends them, and prints them as the tree that they make: instance,
kind, name and status, each below its parent. Or takes spans until there are all of HOPS, with commas between them, and
prints those: `near>far/METHOD`, a call of the one that the other served, in one trace. Its messages are made by
grpcio-tools when it starts.
"""
import importlib
import sys
import tempfile
import threading
from concurrent import futures

import grpc
from grpc_tools import protoc

protos, socket, wanted = sys.argv[1:4]
hops = None if wanted.isdecimal() else set(wanted.split(","))
package = "opentelemetry/proto/"
files = ["common/v1/common", "resource/v1/resource", "trace/v1/trace", "collector/trace/v1/trace_service"]
generated = tempfile.TemporaryDirectory()
options = [f"-I{protos}", f"--python_out={generated.name}", f"--grpc_python_out={generated.name}"]
if protoc.main(["protoc", *options, *(f"{package}{name}.proto" for name in files)]) != 0:
    sys.exit("the protos do not compile")
sys.path.insert(0, generated.name)
module = "opentelemetry.proto.collector.trace.v1.trace_service_pb2"
messages = importlib.import_module(module)
services = importlib.import_module(module + "_grpc")

spans = []
complete = threading.Event()


def seen():
    """All calls from one instance to another."""
    callers = {span.span_id: (instance, span) for instance, span in spans}
    for instance, span in spans:
        near, caller = callers.get(span.parent_span_id, (instance, span))
        if near != instance and caller.trace_id == span.trace_id:
            yield f"{near}>{instance}/{span.name.rpartition('/')[2]}"


class Collector(services.TraceServiceServicer):
    def Export(self, request, context):
        for resource in request.resource_spans:
            names = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                # What the client finds out by reflection is a trace of its own.
                ours = [span for span in scope.spans if span.name.startswith("sextant.")]
                spans.extend((names["service.instance.id"], span) for span in ours)
        if len(spans) >= int(wanted) if hops is None else hops <= set(seen()):
            complete.set()
        return messages.ExportTraceServiceResponse()


server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
services.add_TraceServiceServicer_to_server(Collector(), server)
server.add_insecure_port("unix:" + socket)
server.start()
print("ready", flush=True)
complete.wait(600)  # a net for a test that is given up
server.stop(10).wait()

if hops is not None:
    print(*sorted(hops & set(seen())), sep="\n")
    sys.exit()

kinds = {2: "server", 3: "client"}


def show(parent, depth):
    for instance, span in spans:
        if span.parent_span_id == parent:
            code = [each.value.int_value for each in span.attributes if each.key.endswith("code")]
            print("  " * depth + f"{instance} {kinds[span.kind]} {span.name} {code[0]}")
            show(span.span_id, depth + 1)


print("traces:", len({span.trace_id for _, span in spans}))
show(b"", 0)
