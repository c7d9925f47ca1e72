"""Asks a server's health and reflection with grpcio's own clients: service_clients.py HOST:PORT.

Prints a line for each finding; the test compares them.
"""
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

channel = grpc.insecure_channel(sys.argv[1])
health = health_pb2_grpc.HealthStub(channel)
status = health_pb2.HealthCheckResponse.ServingStatus.Name


def check(service):
    try:
        return status(health.Check(health_pb2.HealthCheckRequest(service=service)).status)
    except grpc.RpcError as error:
        return error.code().name


print("whole server:", check(""))
print("service:", check("sextant.testing.v1.Shelf"))
print("unknown:", check("nobody.Knows"))
statuses = health.List(health_pb2.HealthListRequest()).statuses
print("list:", sorted((name, status(entry.status)) for name, entry in statuses.items()))
watch = health.Watch(health_pb2.HealthCheckRequest(service="nobody.Knows"))
print("watch:", status(next(watch).status))
watch.cancel()

database = ProtoReflectionDescriptorDatabase(channel)
print("services:", sorted(database.get_services()))
pool = descriptor_pool.DescriptorPool(database)
shelf = pool.FindServiceByName("sextant.testing.v1.Shelf")
print("methods:", [method.name for method in shelf.methods])
print("input:", shelf.methods_by_name["CreateBook"].input_type.full_name)
fields = pool.FindMessageTypeByName("sextant.testing.v1.Everything").fields
print("fields:", len(fields))
print("nested:", pool.FindMessageTypeByName("sextant.testing.v1.Everything.Nested").name)
print("extensions:", list(database.FindAllExtensionNumbers("google.protobuf.MethodOptions")))
try:
    database.FindFileByName("no/such.proto")
except KeyError:
    print("missing file: KeyError")

# Version 1 has the messages of v1alpha under another path.
requests = [
    reflection_pb2.ServerReflectionRequest(file_containing_symbol="sextant.testing.v1.Book"),
    reflection_pb2.ServerReflectionRequest(
        file_containing_extension=reflection_pb2.ExtensionRequest(
            containing_type="google.protobuf.MethodOptions", extension_number=51201
        )
    ),
]
v1 = channel.stream_stream(
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    reflection_pb2.ServerReflectionRequest.SerializeToString,
    reflection_pb2.ServerReflectionResponse.FromString,
)
for response in v1(iter(requests)):
    first = response.file_descriptor_response.file_descriptor_proto[0]
    print("v1:", descriptor_pb2.FileDescriptorProto.FromString(first).name)
