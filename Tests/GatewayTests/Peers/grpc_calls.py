"""Calls the example by grpcio, with messages found by reflection: grpc_calls.py HOST:PORT KEY.

Makes calls of all kinds, good and bad; prints a line for each.
"""
import sys

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

address, key = sys.argv[1:3]
channel = grpc.insecure_channel(address)
pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
service = pool.FindServiceByName("sextant.testing.v1.Example")
credentials = [("authorization", "Bearer " + key)]


def request(name, **fields):
    return message_factory.GetMessageClass(service.methods_by_name[name].input_type)(**fields)


def call(kind, name, argument, metadata=credentials, **options):
    method = service.methods_by_name.get(name)
    output = method.output_type if method else service.methods_by_name["PlotLine"].output_type
    make = getattr(channel, kind)(
        f"/{service.full_name}/{name}",
        lambda message: message.SerializeToString(),
        message_factory.GetMessageClass(output).FromString,
    )
    return make(argument, metadata=metadata, **options)


def show(error, details=False):
    names = []
    if details:
        status = dict(error.trailing_metadata())["grpc-status-details-bin"]
        names = [name for name in ("ErrorInfo", "BadRequest") if b"google.rpc." + name.encode() in status]
    print(error.code().name, error.details(), *names)


line = call("unary_unary", "PlotLine", request("PlotLine", count=2))
print("plot", len(line.x), list(line.y))
line = call("unary_unary", "PlotLine", request("PlotLine", count=1), compression=grpc.Compression.Gzip)
print("compressed", len(line.x), list(line.y))
try:
    call("unary_unary", "PlotLine", request("PlotLine", count=-1))
except grpc.RpcError as error:
    show(error, details=True)
chunks = call("unary_stream", "StreamChunks", request("StreamChunks", count=3))
print("stream", *[chunk.number for chunk in chunks])
echoes = call("stream_stream", "Echo", iter([request("Echo", number=number) for number in (5, 6, 7)]))
print("echo", *[chunk.number for chunk in echoes])
parts = [request("Digest", data=data) for data in (b"a", b"bb", b"ccc")]
digest = call("stream_unary", "Digest", iter(parts))
print(f"digest parts={digest.parts} size={digest.size}")
try:
    call("unary_unary", "Sleep", request("Sleep", duration={"seconds": 600}), timeout=0.2)
except grpc.RpcError as error:
    print(error.code().name)
for arguments in (("PlotLine", request("PlotLine"), []), ("Nothing", request("PlotLine"))):
    try:
        call("unary_unary", *arguments)
    except grpc.RpcError as error:
        show(error)
