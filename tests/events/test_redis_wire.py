"""The Redis protocol on a socket, against a server and against scripts of one."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import hiredis
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service.core.clock import now_ms
from service.events.redis_wire import Wire, open_wire
from tests.events.places import eventually


@pytest.mark.parametrize("url", ["redis"], indirect=True)
class TestAgainstAServer:
    def test_replies_come_in_the_order_of_the_commands(self, url: str) -> None:
        with closing(open_wire(url)) as wire:
            assert wire.call(("ECHO", "ä"), ("ECHO", ""), ("PING",)) == ["ä", "", "PONG"]

    def test_a_reply_larger_than_one_read_arrives_whole(self, url: str) -> None:
        with closing(open_wire(url)) as wire:
            assert wire.call(("ECHO", "x" * 1_000_000)) == ["x" * 1_000_000]

    def test_a_refusal_raises(self, url: str) -> None:
        with closing(open_wire(url)) as wire, pytest.raises(hiredis.ReplyError, match="unknown"):
            wire.call(("NONSENSE",))


class TestAgainstAScript:
    def test_a_server_that_hangs_up_raises(self) -> None:
        with pair() as (wire, server):
            server.close()
            with pytest.raises(OSError, match=r"closed|pipe"):
                wire.call(("PING",))

    def test_what_has_not_arrived_is_not_waited_for(self) -> None:
        with pair() as (wire, server):
            wire.unblock()
            assert wire.arrived() == []
            server.sendall(b"+on")
            assert wire.arrived() == []
            server.sendall(b"e\r\n+two\r\n")
            eventually(lambda: wire.arrived() == ["one", "two"])

    @pytest.mark.parametrize(
        ("login", "expected"),
        [
            (":s%20e@", b"*2\r\n$4\r\nAUTH\r\n$3\r\ns e\r\n"),
            ("me:secret@", b"*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$6\r\nsecret\r\n"),
        ],
    )
    def test_it_logs_in_as_the_address_says(self, login: str, expected: bytes) -> None:
        with script(b"+OK\r\n") as server:
            open_wire(f"redis://{login}127.0.0.1:{server.port}/0").close()
        assert server.heard == [expected]

    def test_a_login_that_fails_raises(self) -> None:
        refused = pytest.raises(hiredis.ReplyError, match="WRONGPASS")
        with script(b"-WRONGPASS no\r\n") as server, refused:
            open_wire(f"redis://:x@127.0.0.1:{server.port}")

    def test_a_socket_that_is_not_there_raises(self) -> None:
        with pytest.raises(FileNotFoundError):
            open_wire("unix:///nowhere")


class TestOverTls:
    def test_a_certificate_that_is_trusted_is_accepted(self, certificate: Path) -> None:
        with script(b"+OK\r\n", certificate) as server:
            wire = open_wire(server.tls_address(f"ssl_ca_certs={certificate}"))
            wire.unblock()
            assert wire.arrived() == []
            wire.close()

    def test_one_that_nobody_vouches_for_is_refused(self, certificate: Path) -> None:
        refused = pytest.raises(ssl.SSLCertVerificationError)
        with script(b"+OK\r\n", certificate) as server, refused:
            open_wire(server.tls_address(""))

    def test_unless_no_proof_is_asked_for(self, certificate: Path) -> None:
        with script(b"+OK\r\n", certificate) as server:
            open_wire(server.tls_address("ssl_cert_reqs=none")).close()


class Script:
    """A server with one client, one answer, and then silence until the client leaves."""

    def __init__(self, listener: socket.socket, answer: bytes, certificate: Path | None) -> None:
        self.heard: list[bytes] = []
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._answer = answer
        self._certificate = certificate

    def tls_address(self, options: str) -> str:
        return f"rediss://:secret@127.0.0.1:{self.port}/0?{options}"

    def play(self) -> None:
        with suppress(OSError), self._client() as client:
            self.heard.append(client.recv(4096))
            client.sendall(self._answer)
            client.recv(4096)

    def _client(self) -> socket.socket:
        client, _ = self._listener.accept()
        if self._certificate is None:
            return client
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate)
        return context.wrap_socket(client, server_side=True)


@contextmanager
def script(answer: bytes, certificate: Path | None = None) -> Iterator[Script]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        played = Script(listener, answer, certificate)
        thread = threading.Thread(target=played.play)
        thread.start()
        yield played
        thread.join()


@contextmanager
def pair() -> Iterator[tuple[Wire, socket.socket]]:
    near, far = socket.socketpair()
    with far, closing(Wire(near)) as wire:
        yield wire, far


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.fromtimestamp(now_ms() / 1000, UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        signed.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path
