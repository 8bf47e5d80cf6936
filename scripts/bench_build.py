"""Measures builds side by side with their peers in one run: a dockerd's classic builder and its BuildKit, and buildah.

All take turns, build by build. A peer that is not installed is left out and named. See docs/promises.md for what the
figures must show.
"""

import argparse
import io
import itertools
import os
import shutil
import socketserver
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

from bench import STATE, UnixConnection, apart, head, milliseconds, rootfs, row
from bench_docker import Answers, Daemon

BASE = "bench-base:latest"
REBUILT = """FROM bench-base:latest
LABEL of=bench
WORKDIR /app
COPY package package
RUN cat package > built
COPY . .
RUN echo done >> built
CMD ["cat", "/app/built"]
"""
# Of each round something else is made, so that nobody has it already.
FIVE_RUNS = "FROM bench-base:latest\nARG round\n" + "".join(f"RUN echo $round {i} > /{i}\n" for i in range(5))
ROUNDS = itertools.count(time.time_ns())


class BuildAnswers(Answers):
    """Takes the files of a build, and says at once that it is built: what a command then takes is the client's."""

    def handle(self):
        while line := self.rfile.readline():
            method, path, _ = line.decode().split()
            fields = {}
            while (field := self.rfile.readline().decode().strip()):
                name, _, value = field.partition(":")
                fields[name.lower()] = value.strip()
            if fields.get("transfer-encoding") == "chunked":
                while size := int(self.rfile.readline(), 16):
                    self.rfile.read(size + 2)
                self.rfile.readline()
            else:
                self.rfile.read(int(fields.get("content-length", 0)))
            if method == "POST" and path.partition("?")[0].endswith("/build"):
                self.say("200 OK", '{"stream":"Successfully built 0123456789ab\\n"}\n')
            elif not self.answer(method, path.partition("?")[0].split("/")[2:]):
                return


class Instant(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, sock):
        super().__init__(sock, BuildAnswers)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Peer:
    """One way to build: a name, and what is run before the context."""

    def __init__(self, name, argv, **environment):
        self.name, self.argv, self.environment = name, argv, {**os.environ, **environment}

    def build(self, context, *more):
        rounds = ("--build-arg", f"round={next(ROUNDS)}")
        begun = subprocess.run([*self.argv, "-t", "bench-built", *rounds, *more, str(context)], env=self.environment,
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if begun.returncode != 0:
            raise RuntimeError(f"{self.name}: {begun.stderr[-800:]}")

    def milliseconds(self, context, *more):
        return milliseconds(lambda: self.build(context, *more))


def files(where, dockerfile, count=0, size=64):
    """A context of `count` files, 200 to a directory."""
    where.mkdir()
    (where / "Dockerfile").write_text(dockerfile)
    (where / "package").write_text("the package\n")
    for i in range(count):
        directory = where / f"d{i // 200}"
        if i % 200 == 0:
            directory.mkdir()
        (directory / f"file-{i}").write_bytes((f"{i} " * size).encode()[:size])
    return where


def packed(context):
    """As a client sends it, so that only the daemon is measured."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.add(context, arcname=".")
    return out.getvalue()


def main():
    options = argparse.ArgumentParser(description=__doc__, prog="./bench build")
    options.add_argument("-n", "--runs", type=int, default=15, help="rounds of small builds (default %(default)s)")
    options.add_argument("--large", type=int, default=3, help="rounds of large builds (default %(default)s; 0: skip)")
    options.add_argument("--files", type=int, default=50_000, help="files of a large context (default %(default)s)")
    options.add_argument("--docker", metavar="SOCKET", default="/var/run/docker.sock",
                         help="a dockerd to compare with (default %(default)s)")
    options.add_argument("--only", default="", help="measures whose names have this in them")
    args = options.parse_args()
    if os.geteuid() != 0:
        sys.exit("cannot measure: builds need root: run as root")
    if not shutil.which("docker"):
        sys.exit("cannot measure: the docker client is missing: install it")
    apart()
    with tempfile.TemporaryDirectory(prefix="gantry-bench-", dir=STATE) as name:
        tmp = Path(name)
        rootfs(tmp / "image")
        base = subprocess.run(["tar", "-C", tmp / "image", "-c", "."], capture_output=True, check=True).stdout
        with Daemon(name, "g") as daemon:
            peers = found(args, tmp, daemon.sock, base)
            try:
                measure(args, tmp, peers, {"gantry": daemon.sock, "dockerd": args.docker})
            finally:
                if any(p.name == "buildah" for p in peers):
                    subprocess.run([*buildah(tmp), "rmi", "-af"], capture_output=True, check=False)
                    subprocess.run(["umount", tmp / "buildah/overlay"], capture_output=True, check=False)


def buildah(tmp):
    return ["buildah", "--root", f"{tmp}/buildah", "--runroot", f"{tmp}/buildah-run", "--storage-driver", "overlay"]


def found(args, tmp, sock, base):
    UnixConnection(sock).call("POST", "/images/create?fromSrc=-&repo=bench-base&tag=latest", base)
    peers = [Peer("gantry", ["docker", "-H", f"unix://{sock}", "build"], DOCKER_BUILDKIT="0")]
    wanted = []
    if os.path.exists(args.docker):
        UnixConnection(args.docker).call("POST", "/images/create?fromSrc=-&repo=bench-base&tag=latest", base)
        wanted.append(Peer("dockerd", ["docker", "-H", f"unix://{args.docker}", "build"], DOCKER_BUILDKIT="0"))
        # The newest client that brings BuildKit's side along.
        for client in clients():
            peer = Peer("dockerd, BuildKit", [client, "-H", f"unix://{args.docker}", "build"], DOCKER_BUILDKIT="1")
            if works(peer, tmp):
                wanted.append(peer)
                break
        else:
            print("left out: BuildKit: no docker client here speaks to it")
    else:
        print(f"left out: dockerd: there is none at {args.docker}")
    if shutil.which("buildah"):
        (tmp / "base").write_bytes(base)
        made = tmp / "from"
        made.mkdir()
        (made / "Dockerfile").write_text("FROM scratch\nADD base.tar /\n")
        shutil.copy(tmp / "base", made / "base.tar")
        peer = Peer("buildah", [*buildah(tmp), "build", "--layers", "--pull-never", "--runtime", "runc"])
        try:
            subprocess.run([*buildah(tmp), "build", "-t", BASE, made], capture_output=True, text=True, check=True)
            wanted.append(peer)
        except subprocess.CalledProcessError as e:
            print(f"left out: buildah: {e.stderr[-300:]}")
    else:
        print("not installed, left out: buildah")
    return peers + [p for p in wanted if works(p, tmp, tell=True)]


def clients():
    names = (f"{directory}/docker" for directory in os.environ["PATH"].split(":"))
    return [name for name in dict.fromkeys(names) if os.access(name, os.X_OK)]


def works(peer, tmp, tell=False):
    with tempfile.TemporaryDirectory(dir=tmp) as name:
        try:
            peer.build(files(Path(name) / "c", FIVE_RUNS))
            return True
        except RuntimeError as e:
            if tell:
                print(f"left out: {e}")
            return False


def measure(args, tmp, peers, sockets):
    def wanted(name):
        return args.only in name

    alone = Peer("the client alone", ["docker", "-H", f"unix://{tmp}/instant.sock", "build"], DOCKER_BUILDKIT="0")
    Instant(f"{tmp}/instant.sock")
    small = files(tmp / "small", REBUILT, 20)
    if wanted("rebuild"):
        compare("rebuild with nothing changed, 8 instructions, the client included", args.runs, [*peers, alone], small)
        inside(args, small, sockets, [p.name for p in peers])
    if wanted("runs"):
        runs = files(tmp / "runs", FIVE_RUNS)
        compare("5 small RUNs, nothing known", args.runs, [*peers, alone], runs)
        compare("the same without networks", args.runs, [*peers, alone], runs, "--network", "none")
    if args.large and wanted("context"):
        many = files(tmp / "many", "FROM bench-base:latest\nCOPY package /\n", args.files)
        compare(f"a context of {args.files} files, of which one is used", args.large, [*peers, alone], many)
    if args.large and wanted("copy"):
        most = files(tmp / "most", "FROM bench-base:latest\nCOPY . /all/\n", args.files // 5)
        compare(f"COPY of {args.files // 5} small files", args.large, peers, most, "--no-cache")
        big = files(tmp / "big", "FROM bench-base:latest\nCOPY big /\n")
        with open(big / "big", "wb") as out:
            for _ in range(256):
                out.write(os.urandom(1 << 20))
        compare("COPY of a file of 256 MiB", args.large, peers, big, "--no-cache")


def compare(title, rounds, peers, context, *more):
    head(title, "gantry/this")
    times = {peer.name: [] for peer in peers}
    for peer in peers:
        for _ in range(3 if rounds > 5 else 1):
            peer.build(context, *more)
    for _ in range(rounds):
        for peer in peers:
            times[peer.name].append(peer.milliseconds(context, *more))
    ours = statistics.median(times["gantry"])
    for name, values in times.items():
        row(name, values, None if name == "gantry" else ours)


def inside(args, context, sockets, names):
    """Without a client: from the first byte of the request to the last of the answer."""
    head("the same by API, the files packed before: the time inside the daemon", "gantry/this")
    body = packed(context)
    connections = {name: UnixConnection(sock) for name, sock in sockets.items() if name in names}
    times = {name: [] for name in connections}
    for i in range(args.runs * 4 + 20):
        for name, connection in connections.items():
            took = milliseconds(lambda: built(connection, body))
            if i >= 20:
                times[name].append(took)
    ours = statistics.median(times["gantry"])
    for name, values in times.items():
        row(name, values, None if name == "gantry" else ours)


def built(connection, body):
    answer = connection.call("POST", "/build?t=bench-built&version=1", body)
    if b"Successfully built" not in answer:
        raise RuntimeError(answer.decode()[-500:])


if __name__ == "__main__":
    main()
