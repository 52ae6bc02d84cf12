"""A server that does nothing: one small answer, ready-made, for whatever arrives.

The load generator against this is the load generator's own ceiling. ``python -m bench.echo PORT``
"""

import selectors
import socket
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"


def main(port: int) -> None:
    """Serve until killed."""
    selector = selectors.DefaultSelector()
    listener = socket.create_server(("127.0.0.1", port))
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                selector.register(listener.accept()[0], selectors.EVENT_READ, "connection")
            elif isinstance(key.fileobj, socket.socket) and not answer(key.fileobj):
                selector.unregister(key.fileobj)
                key.fileobj.close()


def answer(connection: socket.socket) -> bool:
    """Answer one request; false when the client has gone."""
    try:
        received = connection.recv(65536)
        if received:
            connection.sendall(ANSWER)
    except ConnectionError:
        return False
    return bool(received)


if __name__ == "__main__":
    main(int(sys.argv[1]))
