"""Is a collector of traces on grpcio: collector.py FOLDER-OF-PROTOS SOCKET BATCHES.

Its messages are made by grpcio-tools when it starts. It turns the first batch away, takes so many,
refusing one span of each, and prints what it got; the test compares that.
"""
import importlib
import sys
import tempfile
import threading
from concurrent import futures

import grpc
from google.protobuf import json_format
from grpc_tools import protoc

protos, socket, batches = sys.argv[1], sys.argv[2], int(sys.argv[3])
package = "opentelemetry/proto/"
files = [
    package + name
    for name in (
        "common/v1/common.proto",
        "resource/v1/resource.proto",
        "trace/v1/trace.proto",
        "collector/trace/v1/trace_service.proto",
    )
]
generated = tempfile.TemporaryDirectory()
options = [f"-I{protos}", f"--python_out={generated.name}", f"--grpc_python_out={generated.name}"]
if protoc.main(["protoc", *options, *files]) != 0:
    sys.exit("the protos do not compile")
sys.path.insert(0, generated.name)
module = "opentelemetry.proto.collector.trace.v1.trace_service_pb2"
messages = importlib.import_module(module)
services = importlib.import_module(module + "_grpc")

received = []
all_received = threading.Event()
has_refused = threading.Event()


class Collector(services.TraceServiceServicer):
    def Export(self, request, context):
        if not has_refused.is_set():
            has_refused.set()
            context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")
        received.append((request, dict(context.invocation_metadata())))
        if len(received) == batches:
            all_received.set()
        answer = messages.ExportTraceServiceResponse()
        answer.partial_success.rejected_spans = 1
        answer.partial_success.error_message = "one too many"
        return answer


server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
services.add_TraceServiceServicer_to_server(Collector(), server)
server.add_insecure_port("unix:" + socket)
server.start()
is_complete = all_received.wait(60)
# Answers on their way are sent before it ends.
server.stop(10).wait()

print("complete:", is_complete)
for request, _ in received:
    count = sum(len(scope.spans) for each in request.resource_spans for scope in each.scope_spans)
    print("batch:", count, "spans")
first = received[0][0].resource_spans[0]
value = lambda attribute: getattr(attribute.value, attribute.value.WhichOneof("value"))
print("resource:", [(each.key, value(each)) for each in first.resource.attributes])
scope = first.scope_spans[0]
print("scope:", scope.scope.name, scope.scope.version)
span = scope.spans[0]
print("ids:", span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
print(json_format.MessageToJson(span, indent=None, sort_keys=True))
