"""Talks to an echo server with the h2 package: python http2_client.py PORT

Prints a line for each part that went as it should; anything else ends it with an error.
"""

import socket
import sys

import h2.config
import h2.connection
import h2.errors
import h2.events

HEADERS = [(":method", "POST"), (":scheme", "http"), (":authority", "test"), (":path", "/")]


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
        self.connection.initiate_connection()
        self.flush()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def events(self):
        """What comes next, at least one event; windows are opened at once."""
        data = self.socket.recv(65536)
        assert data, "the server closed the connection"
        events = self.connection.receive_data(data)
        for event in events:
            if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.flush()
        return events

    def send_body(self, stream, body):
        """Sends a body as the windows allow, and keeps what comes meanwhile."""
        kept = []
        while body:
            room = min(
                self.connection.local_flow_control_window(stream), self.connection.max_outbound_frame_size
            )
            if room == 0:
                kept += self.events()
                continue
            self.connection.send_data(stream, body[:room])
            body = body[room:]
            self.flush()
        return kept


def echo(client):
    body = bytes(range(256)) * 2000
    stream = client.connection.get_next_available_stream_id()
    client.connection.send_headers(stream, HEADERS)
    events = client.send_body(stream, body)
    client.connection.send_headers(stream, [("x-sent", "end")], end_stream=True)
    client.flush()
    received, trailers, done = b"", None, False
    while not done:
        for event in events:
            if isinstance(event, h2.events.DataReceived):
                received += event.data
            elif isinstance(event, h2.events.TrailersReceived):
                trailers = event.headers
            elif isinstance(event, h2.events.StreamEnded):
                done = True
        if not done:
            events = client.events()
    assert received == body, f"{len(received)} bytes came back"
    print("echo ok")
    assert [(bytes(n), bytes(v)) for n, v in trailers] == [(b"x-sent", b"end")], trailers
    print("trailers ok")


def reset(client):
    stream = client.connection.get_next_available_stream_id()
    client.connection.send_headers(stream, HEADERS)
    client.connection.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
    client.flush()
    other = client.connection.get_next_available_stream_id()
    client.connection.send_headers(other, HEADERS, end_stream=True)
    client.flush()
    while not any(isinstance(e, h2.events.StreamEnded) and e.stream_id == other for e in client.events()):
        pass
    print("reset ok")


def pings(client):
    for number in range(100):
        client.connection.ping(number.to_bytes(8, "big"))
    client.flush()
    answered = 0
    while answered < 100:
        answered += sum(isinstance(e, h2.events.PingAckReceived) for e in client.events())
    print("pings ok")


def goaway(client):
    client.connection.close_connection()
    client.flush()
    while client.socket.recv(65536):
        pass
    print("goaway ok")


client = Client(int(sys.argv[1]))
echo(client)
reset(client)
pings(client)
goaway(client)
