"""The Traffic service by grpcio's asyncio server, on one event loop.

Prints where it listens, and stops when its standard input ends.
"""

import asyncio
import sys

import grpc

from sextant.testing.v1 import traffic_pb2, traffic_pb2_grpc


class Traffic(traffic_pb2_grpc.TrafficServicer):
    async def Echo(self, request, context):
        return request

    async def Download(self, request, context):
        parcel = traffic_pb2.Parcel(contents=b"x" * request.size)
        for _ in range(request.parcels):
            yield parcel


async def main():
    server = grpc.aio.server()
    traffic_pb2_grpc.add_TrafficServicer_to_server(Traffic(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop(5)


asyncio.run(main())
