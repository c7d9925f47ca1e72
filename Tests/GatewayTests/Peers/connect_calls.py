"""Calls the example by Connect's own client: connect_calls.py HOST:PORT KEY [PROTOCOL].

Its messages are found by reflection. Prints a line for each call; the protocol is CONNECT, GRPC or GRPC_WEB.
"""
import sys

import grpc
import pyqwest
from connectrpc.client import ConnectClientSync
from connectrpc.compat import google_protobuf_binary_codec, google_protobuf_json_codec
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

address, key = sys.argv[1:3]
protocol = ProtocolType[sys.argv[3] if len(sys.argv) > 3 else "CONNECT"]
pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(grpc.insecure_channel(address)))
service = pool.FindServiceByName("sextant.testing.v1.Example")
headers = {"authorization": "Bearer " + key}
transport = pyqwest.SyncHTTPTransport(http_version=pyqwest.HTTPVersion.HTTP2)


def client(codec):
    http = pyqwest.SyncClient(transport)
    return ConnectClientSync("http://" + address, codec=codec, protocol=protocol, http_client=http)


def method(name, stream=StreamType.UNARY):
    found = service.methods_by_name[name]
    return MethodInfo(
        name=name,
        service_name=service.full_name,
        input=message_factory.GetMessageClass(found.input_type),
        output=message_factory.GetMessageClass(found.output_type),
        idempotency_level=IdempotencyLevel.NO_SIDE_EFFECTS,
        stream_type=stream,
    )


plot = method("PlotLine")
chunks = method("StreamChunks", StreamType.SERVER_STREAM)
binary, json = client(google_protobuf_binary_codec()), client(google_protobuf_json_codec())
kinds = [("json", json, False), ("proto", binary, False), ("get", json, True)]
for name, caller, use_get in kinds if protocol == ProtocolType.CONNECT else kinds[1:2]:
    answer = caller.execute_unary(
        request=plot.input(count=2), method=plot, headers=headers, use_get=use_get
    )
    print(name, len(answer.x), list(answer.y))
try:
    binary.execute_unary(request=plot.input(count=-1), method=plot, headers=headers)
except ConnectError as error:
    print(error.code.name, error.message)
stream = binary.execute_server_stream(request=chunks.input(count=3), method=chunks, headers=headers)
print("stream", *[chunk.number for chunk in stream])
