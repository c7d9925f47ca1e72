"""Calls any service of a server that has reflection, by grpcio:
grpc_calls.py ADDRESS TOKEN CALL...

The token goes along as `authorization: Bearer TOKEN` unless it is empty.

A call is three arguments: the method as package.Service/Method, the request in JSON, and the deadline
in seconds. Prints one line for each message of an answer and one for a status that is not OK. With
SEXTANT_TEST_AUTHORITY, a file of PEM, calls are made by TLS.
"""
import os
import sys

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

channel = grpc.insecure_channel(sys.argv[1])
if authority := os.environ.get("SEXTANT_TEST_AUTHORITY"):
    with open(authority, "rb") as file:
        channel = grpc.secure_channel(sys.argv[1], grpc.ssl_channel_credentials(file.read()))
pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
fields = [("authorization", "Bearer " + sys.argv[2])] if sys.argv[2] else []
calls = sys.argv[3:]
for path, text, deadline in zip(calls[::3], calls[1::3], calls[2::3]):
    service, name = path.split("/")
    method = pool.FindServiceByName(service).methods_by_name[name]
    request = json_format.Parse(text, message_factory.GetMessageClass(method.input_type)())
    make = channel.unary_stream if method.server_streaming else channel.unary_unary
    call = make(
        "/" + path,
        type(request).SerializeToString,
        message_factory.GetMessageClass(method.output_type).FromString,
    )
    try:
        answer = call(request, timeout=float(deadline), metadata=fields)
        for message in answer if method.server_streaming else [answer]:
            print(json_format.MessageToJson(message, indent=None, sort_keys=True))
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}")
