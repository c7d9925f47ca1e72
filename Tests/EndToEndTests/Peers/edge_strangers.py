"""A caller at the edge whose stream is to live, and others beside it: edge_strangers.py HOST:PORT CA KEY.

The caller watches the gateway's health by gRPC. Strangers without a key cancel calls, ask for another
protocol, send more cookies than there may be fields; one with a key sends a body that never ends. Prints
what became of each.
"""
import socket
import ssl
import sys
import threading

import grpc
import h2.connection
import h2.errors
import h2.events
from grpc_health.v1 import health_pb2, health_pb2_grpc

address, authority, key = sys.argv[1:4]
host, port = address.rsplit(":", 1)


def connect(protocol):
    context = ssl.create_default_context(cafile=authority)
    context.set_alpn_protocols([protocol])
    plain = socket.create_connection((host, int(port)), timeout=60)
    return context.wrap_socket(plain, server_hostname=host)


class Stranger:
    """A connection of HTTP/2."""

    def __init__(self):
        self.stream = connect("h2")
        self.connection = h2.connection.H2Connection()
        self.connection.initiate_connection()
        self.send()

    def send(self):
        self.stream.sendall(self.connection.data_to_send())

    def ask(self, method, *fields):
        number = self.connection.get_next_available_stream_id()
        pseudo = [(":method", method), (":scheme", "https"), (":authority", host), (":path", "/api/health")]
        self.connection.send_headers(number, pseudo + list(fields), end_stream=method == "GET")
        self.send()
        return number

    def status(self, number):
        while True:
            for event in self.connection.receive_data(self.stream.recv(65536)):
                if getattr(event, "stream_id", None) != number:
                    continue
                if isinstance(event, h2.events.ResponseReceived):
                    return dict(event.headers)[b":status"].decode()
                if isinstance(event, h2.events.StreamReset):
                    return "reset"
            self.send()

    def cancel(self, number):
        self.connection.reset_stream(number, h2.errors.ErrorCodes.CANCEL)
        self.send()


def talk(request):
    """The first line of what HTTP/1.1 answers."""
    with connect("http/1.1") as stream:
        stream.sendall(request.replace("\n", "\r\n").encode())
        answer = b""
        try:
            while b"\r\n" not in answer:
                part = stream.recv(65536)
                if not part:
                    return "closed"
                answer += part
        except ConnectionError:
            return "closed"
        return answer.split(b"\r\n")[0].decode()


with open(authority, "rb") as file:
    channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(file.read()))
stub = health_pb2_grpc.HealthStub(channel)
watch = stub.Watch(health_pb2.HealthCheckRequest())
print("watch", next(watch).status)

unending = []
body = "POST /sextant.control.v1.Control/GetStatus HTTP/1.1\nhost: a\ncontent-type: application/json\n"
body += f"authorization: Bearer {key}\n"
slow = threading.Thread(target=lambda: unending.append(talk(body + "content-length: 1000\n\n{")))
slow.start()

stranger = Stranger()
for _ in range(400):
    number = stranger.ask("POST")
    stranger.cancel(number)
print("cancelled", stranger.status(stranger.ask("GET")))

upgrade = "GET /api/health HTTP/1.1\nhost: a\nconnection: upgrade\nupgrade: websocket\n"
upgrade += "sec-websocket-version: 13\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\n\n"
print("upgrade", *{talk(upgrade) for _ in range(150)})
print("connect", *{talk("CONNECT a:443 HTTP/1.1\nhost: a:443\n\n") for _ in range(30)})

cookies = [("cookie", "; ".join(f"c{number}=a" for number in range(200)))]
stranger = Stranger()
print("cookies", *{stranger.status(stranger.ask("GET", *cookies)) for _ in range(60)})

slow.join()
print("unending", *unending)
print("watch goes on" if watch.is_active() else f"watch ended: {watch.code()} {watch.details()}")
print("check", stub.Check(health_pb2.HealthCheckRequest(), timeout=30).status)
watch.cancel()
