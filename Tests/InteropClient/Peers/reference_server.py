"""Runs a server of the interoperability tests made with grpcio: reference_server.py FILE

FILE is the reference's server.py, which takes the address to listen on and says nothing. It gets a port that is free;
this prints `listening on 127.0.0.1:PORT`, as our server does, and ends the process when standard input ends.
"""

import os
import runpy
import sys
import threading

from grpc import aio


def end_with_input():
    while os.read(0, 4096):
        pass
    os._exit(0)


make_server = aio.server


def make_announced_server(*arguments, **options):
    server = make_server(*arguments, **options)
    add_port = server.add_insecure_port

    def add_announced_port(address):
        port = add_port(address)
        # The socket listens from here on: who connects before the server has started is served when it has.
        print(f"listening on 127.0.0.1:{port}", flush=True)
        return port

    server.add_insecure_port = add_announced_port
    return server


aio.server = make_announced_server
threading.Thread(target=end_with_input, daemon=True).start()
script = sys.argv[1]
sys.argv = [script, "127.0.0.1:0"]
runpy.run_path(script, run_name="__main__")
