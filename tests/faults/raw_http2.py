"""HTTP/2 frames by hand (RFC 9113), for peers that do what no client library does: leave requests unfinished, or answers
unread."""

import socket
import struct

DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, END_HEADERS, ACK = 1, 4, 1
INITIAL_WINDOW_SIZE = 4


# Not the honest client's address: what one peer may use is counted by address.
PEER = "127.0.0.2"


class Connection:
    def __init__(self, address, window):
        """`window` is how many bytes of each answer this peer takes."""
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), source_address=(PEER, 0))
        self.authority = address
        self.next_stream = 1
        settings = struct.pack("!HI", INITIAL_WINDOW_SIZE, window)
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, settings) + frame(SETTINGS, ACK, 0, b""))

    def call(self, method, message=None):
        """Begins a call; without a message, its request never ends."""
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        fields = [
            (":method", "POST"), (":scheme", "http"), (":path", f"/articled.v1.ArticleService/{method}"),
            (":authority", self.authority), ("content-type", "application/grpc"), ("te", "trailers"),
        ]
        frames = frame(HEADERS, END_HEADERS, stream, b"".join(literal(*field) for field in fields))
        if message is not None:
            data = message.SerializeToString()
            frames += frame(DATA, END_STREAM, stream, struct.pack("!BI", 0, len(data)) + data)
        self.socket.sendall(frames)

    def close(self):
        self.socket.close()


def frame(kind, flags, stream, payload):
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


def literal(name, value):
    """A header field without indexing and without Huffman (RFC 7541, 6.2.2)."""
    name, value = name.encode(), value.encode()
    assert len(name) < 127 and len(value) < 127
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value
