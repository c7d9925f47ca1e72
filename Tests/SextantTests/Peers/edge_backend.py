"""What stands behind the edge in its tests, by h2: edge_backend.py.

Prints its port, then for each request that is complete a line of JSON: its fields, and the bytes of its
body. A request for /die has the connection cut instead of an answer; one for /events is answered by two
events, the second so many seconds after the first as its query says.
"""
import asyncio
import json

import h2.config
import h2.connection
import h2.events


class Backend(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.fields, self.sizes = {}, {}
        settings = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        self.connection = h2.connection.H2Connection(settings)
        self.connection.initiate_connection()
        self.send()

    def send(self):
        self.transport.write(self.connection.data_to_send())

    def data_received(self, data):
        for event in self.connection.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                self.fields[event.stream_id] = event.headers
                self.sizes[event.stream_id] = 0
            elif isinstance(event, h2.events.DataReceived):
                self.sizes[event.stream_id] += len(event.data)
                count = event.flow_controlled_length
                self.connection.acknowledge_received_data(count, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                self.answer(event.stream_id)
        self.send()

    def answer(self, stream):
        fields = self.fields[stream]
        path, _, query = dict(fields)[":path"].partition("?")
        print(json.dumps({"fields": fields, "bytes": self.sizes[stream]}), flush=True)
        if path == "/die":
            self.transport.abort()
            return
        self.connection.send_headers(stream, [(":status", "200")])
        self.connection.send_data(stream, b"first\n", end_stream=path != "/events")
        if path == "/events":
            asyncio.get_running_loop().call_later(float(query), self.last, stream)

    def last(self, stream):
        self.connection.send_data(stream, b"second\n", end_stream=True)
        self.send()


async def main():
    server = await asyncio.get_running_loop().create_server(Backend, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
