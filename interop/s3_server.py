"""A throw-away S3 server: Ceph's object gateway from Debian's packages, with one monitor and one store in memory.

    python s3_server.py        runs one until it is interrupted, and prints what the server's tests want to know
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from servers import free_port

PACKAGES = ["radosgw", "ceph-mon", "ceph-osd", "ceph-common"]
PROGRAMS = ["radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "ceph-authtool", "monmaptool"]
START_SECONDS = 120
MEMORY_BYTES = 8 << 30


@dataclass(frozen=True)
class S3:
    """A running S3 server on 127.0.0.1 and the keys of its one user."""

    endpoint: str
    access_key: str
    secret_key: str

    def client_environment(self) -> dict[str, str]:
        """What MLflow and this registry read, on either side. Checksums: boto3's newer ones are unknown to Ceph 16."""
        return {
            "MLFLOW_S3_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def test_environment(self) -> dict[str, str]:
        """What the contract suite of the server reads (server/test/support/s3.ts)."""
        return {
            "TEST_S3_ENDPOINT": self.endpoint,
            "TEST_S3_ACCESS_KEY_ID": self.access_key,
            "TEST_S3_SECRET_ACCESS_KEY": self.secret_key,
        }


def missing_programs() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextlib.contextmanager
def running_s3() -> Iterator[S3]:
    """Runs the three daemons in a temporary folder; takes about 15 seconds."""
    # The names of its sockets have room for few characters.
    folder = Path(tempfile.mkdtemp(prefix="s3-", dir="/tmp"))
    ceph = Ceph(folder, free_port(), free_port())
    try:
        yield ceph.start()
    finally:
        ceph.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Ceph:
    """The daemons of one cluster in one folder, on ports of their own."""

    def __init__(self, folder: Path, monitor_port: int, gateway_port: int) -> None:
        self.folder = folder
        self.monitor = f"v2:127.0.0.1:{monitor_port}"
        self.gateway_port = gateway_port
        self.cluster_id = str(uuid.uuid4())
        self.daemons: list[subprocess.Popen] = []

    def start(self) -> S3:
        s3 = S3(f"http://127.0.0.1:{self.gateway_port}", uuid.uuid4().hex[:20].upper(), uuid.uuid4().hex)
        for name in ("mon", "osd", "gateway"):
            (self.folder / name).mkdir()
        (self.folder / "ceph.conf").write_text(self.configuration())
        self.start_monitor()
        self.start_store()
        user = ["--uid=interop", "--display-name=interop", f"--access-key={s3.access_key}", f"--secret-key={s3.secret_key}"]
        self.run("radosgw-admin", "-n", "client.gateway", "user", "create", *user)
        self.daemon("radosgw", "-n", "client.gateway")
        self.wait_until_ready(s3.endpoint)
        return s3

    def start_monitor(self) -> None:
        allow = ["--cap", "mon", "allow *", "--cap", "osd", "allow *"]
        key = lambda file, name, *caps: self.run("ceph-authtool", file, "--gen-key", "-n", name, *caps)  # noqa: E731
        for file in ("mon.keyring", "keyring"):
            self.run("ceph-authtool", "--create-keyring", file)
        key("mon.keyring", "mon.", "--cap", "mon", "allow *")
        key("keyring", "client.admin", *allow)
        key("keyring", "client.gateway", *allow)
        self.run("ceph-authtool", "mon.keyring", "--import-keyring", "keyring")
        self.run("monmaptool", "--create", "--fsid", self.cluster_id, "--addv", "a", f"[{self.monitor}]", "monmap")
        self.run("ceph-mon", "-i", "a", "--mkfs", "--monmap", "monmap", "--keyring", "mon.keyring")
        self.daemon("ceph-mon", "-i", "a")

    def start_store(self) -> None:
        self.run("ceph", "osd", "create")
        self.run("ceph", "auth", "get-or-create", "osd.0", "mon", "allow profile osd", "osd", "allow *", "-o", "osd/keyring")
        self.run("ceph-osd", "-i", "0", "--mkfs")
        self.run("ceph", "osd", "crush", "add", "osd.0", "1", "root=default", "host=localhost")
        self.daemon("ceph-osd", "-i", "0")

    def configuration(self) -> str:
        """One copy of everything, in memory. The gateway hangs without cephx."""
        here = self.folder
        sections = {
            "global": {
                "fsid": self.cluster_id,
                "mon host": f"{self.monitor}/0",
                "mon initial members": "a",
                "auth cluster required": "cephx",
                "auth service required": "cephx",
                "auth client required": "cephx",
                "auth allow insecure global id reclaim": "true",
                "keyring": here / "keyring",
                "public addr": "127.0.0.1",
                "cluster addr": "127.0.0.1",
                "osd pool default size": 1,
                "osd pool default min size": 1,
                "osd pool default pg num": 8,
                "osd pool default pgp num": 8,
                "osd crush chooseleaf type": 0,
                "mon allow pool size one": "true",
                "osd objectstore": "memstore",
                "memstore device bytes": MEMORY_BYTES,
                "run dir": here,
                "log file": here / "$name.log",
                "admin socket": here / "$name.asok",
                "pid file": here / "$name.pid",
            },
            "mon": {"keyring": here / "mon.keyring", "mon data": here / "mon"},
            "osd": {"keyring": here / "osd" / "keyring", "osd data": here / "osd"},
            "client.gateway": {
                "rgw data": here / "gateway",
                "rgw frontends": f"beast endpoint=127.0.0.1:{self.gateway_port}",
                "rgw dns name": "localhost",
            },
        }
        lines = []
        for section, settings in sections.items():
            lines += [f"[{section}]", *(f"{name} = {value}" for name, value in settings.items())]
        return "\n".join(lines) + "\n"

    def run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [program, *arguments], cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=START_SECONDS
        )
        assert done.returncode == 0, f"{program} {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}\n{self.logs()}"

    def daemon(self, program: str, *arguments: str) -> None:
        with (self.folder / f"{program}.out").open("wb") as out:
            command = [program, *arguments, "-f"]
            self.daemons.append(
                subprocess.Popen(
                    command, cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                    start_new_session=True,
                )
            )

    def environment(self) -> dict[str, str]:
        return os.environ | {"CEPH_CONF": str(self.folder / "ceph.conf")}

    def wait_until_ready(self, endpoint: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            gone = [daemon for daemon in self.daemons if daemon.poll() is not None]
            assert not gone, f"{gone[0].args} exited with {gone[0].returncode}\n{self.logs()}"
            try:
                urllib.request.urlopen(endpoint, timeout=5).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the S3 server was not ready within {START_SECONDS} s\n{self.logs()}")

    def logs(self) -> str:
        files = [*self.folder.glob("*.log"), *self.folder.glob("*.out")]
        return "\n".join(f"== {file.name}\n{file.read_text(errors='replace')[-1500:]}" for file in files)

    def stop(self) -> None:
        """Nothing of it is kept, so nobody waits for an orderly end."""
        for daemon in reversed(self.daemons):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait(30)


if __name__ == "__main__":
    assert not missing_programs(), f"{missing_programs()} are missing: apt-get install {' '.join(PACKAGES)}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with running_s3() as running, contextlib.suppress(KeyboardInterrupt):
        for name, value in (running.test_environment() | running.client_environment()).items():
            print(f"export {name}={value}", flush=True)
        signal.pause()
