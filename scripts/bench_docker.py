"""Measures what a user of the stock docker client sees, side by side with a dockerd in one run; then what Gantry alone
costs: its start, its idle followers, and ten thousand containers.

Both engines take turns, command by command. See docs/promises.md for what the figures must show.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import socketserver
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from bench import (ROOT, STATE, Engine, UnixConnection, apart, head, milliseconds, proportional_kib, rootfs, row, shims_of,
                   spawn, wait_for)

WARM_UP = 500


class Instant(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """An engine that does nothing and says so at once, in the words of a real one: what a command then takes is the client's."""

    daemon_threads = True
    name, image, sleeper = "the client alone", "busybox", "c" * 64

    def __init__(self, sock, inspected):
        super().__init__(sock, Answers)
        self.sock, self.inspected, self.attached, self.ended = sock, inspected, None, threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answers(socketserver.StreamRequestHandler):
    """One connection of a client to an Instant."""

    def handle(self):
        while line := self.rfile.readline():
            method, path, _ = line.decode().split()
            length = 0
            while (field := self.rfile.readline().decode().strip()):
                if field.lower().startswith("content-length:"):
                    length = int(field.split(":")[1])
            self.rfile.read(length)
            if not self.answer(method, path.partition("?")[0].split("/")[2:]):
                return

    def answer(self, method, path):
        match method, *path:
            case "HEAD", *_:
                self.say("200 OK", "", "Api-Version: 1.50\r\nOstype: linux\r\nDocker-Experimental: false\r\n")
            case "POST", "containers", "create":
                self.server.ended.clear()
                self.json("201 Created", {"Id": self.server.sleeper, "Warnings": []})
            case "POST", "containers", _, "attach":
                self.upgrade()
                self.server.ended.wait()
                return False
            case "POST", "containers", _, "wait":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
                self.server.ended.wait()
                self.wfile.write(b'11\r\n{"StatusCode":0}\n\r\n0\r\n\r\n')
            case "POST", "containers", _, "start":
                self.say("204 No Content", None)
                self.server.ended.set()
            case "GET", "containers", _, "json":
                self.say("200 OK", self.server.inspected)
            case "POST", "containers", _, "exec":
                self.json("201 Created", {"Id": "e" * 64})
            case "POST", "exec", _, "start":
                self.upgrade()
                return False
            case "GET", "exec", _, "json":
                self.json("200 OK", {"ID": "e" * 64, "Running": False, "ExitCode": 0})
            case _:
                self.json("404 Not Found", {"message": "page not found"})
        return True

    def upgrade(self):
        self.wfile.write(b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
                         b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n")

    def json(self, status, value):
        self.say(status, json.dumps(value))

    def say(self, status, text, more=""):
        body = (text or "").encode()
        if text is not None:
            more += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self.wfile.write(f"HTTP/1.1 {status}\r\n{more}\r\n".encode() + body)


class Daemon:
    """A gantryd of this run."""

    def __init__(self, tmp, name):
        self.sock, self.log = f"{tmp}/{name}.sock", f"{tmp}/{name}.log"
        self.argv = [ROOT / "gantry", "daemon", "-H", f"unix://{self.sock}", "--data-root", f"{tmp}/{name}-data",
                     "--exec-root", f"{tmp}/{name}-run"]

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stderr=open(self.log, "w"))
        wait_for(self.sock, self.process, self.log)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def main():
    options = argparse.ArgumentParser(description=__doc__, prog="./bench docker")
    options.add_argument("-n", "--runs", type=int, default=30, help="rounds of whole commands (default %(default)s)")
    options.add_argument("--docker", metavar="SOCKET", default="/var/run/docker.sock",
                         help="a dockerd to compare with, which holds busybox:local (default %(default)s)")
    options.add_argument("--many", type=int, default=200, help="containers started 8-way (default %(default)s; 0: skip)")
    options.add_argument("--followers", type=int, default=1000,
                         help="idle log followers, and as many idle attach streams (default %(default)s; 0: skip)")
    options.add_argument("--leak", type=int, default=10_000,
                         help="containers run and removed while memory is watched (default %(default)s; 0: skip)")
    args = options.parse_args()
    if os.geteuid() != 0:
        sys.exit("cannot measure: containers with limits need root: run as root")
    apart()
    with tempfile.TemporaryDirectory(prefix="gantry-bench-", dir=STATE) as tmp:
        rootfs(Path(tmp) / "image")
        packed = subprocess.run(["tar", "-C", f"{tmp}/image", "-c", "."], capture_output=True, check=True).stdout
        starts(tmp)
        with Daemon(tmp, "g") as daemon:
            UnixConnection(daemon.sock).call("POST", "/images/create?fromSrc=-&repo=bench&tag=latest", packed)
            gantry = Engine("gantry", daemon.sock, "bench:latest")
            compare(args, gantry)
            if args.followers:
                followers(args.followers, gantry, daemon)
            if args.leak:
                leak(args.leak, gantry, daemon)


def starts(tmp):
    times = []
    for _ in range(7):
        daemon = Daemon(tmp, "s")
        times.append(milliseconds(daemon.__enter__))
        daemon.__exit__()
    head("daemon: start to the first /_ping")
    row("gantry", times)


def compare(args, gantry):
    engines = {"gantry": gantry}
    if not shutil.which("docker"):
        print("not installed, left out: the docker client")
        return
    if os.path.exists(args.docker):
        try:
            docker = Engine("dockerd", args.docker, "busybox:local")
            docker.cycle()
            engines["dockerd"] = docker
        except (OSError, RuntimeError) as e:
            print(f"left out: dockerd: {e}")
    for _ in range(WARM_UP):
        gantry.cycle()
    for engine in engines.values():
        engine.begin_exec()
    instant = Instant(f"{os.path.dirname(gantry.sock)}/instant.sock",
                      gantry.api.call("GET", f"/containers/{gantry.sleeper}/json").decode())
    for network in ("none", "bridge"):
        commands(args.runs, f"docker run --rm --network {network} IMAGE true", engines, instant,
                 lambda e: ["run", "--rm", "--network", network, e.image, "true"])
    commands(args.runs, "docker exec CONTAINER true", engines, instant, lambda e: ["exec", e.sleeper, "true"])
    for engine in engines.values():
        engine.end_exec()
    if args.many:
        head(f"{args.many} containers created and started 8-way by API, default bridge", "gantry/this")
        base = None
        for name, engine in engines.items():
            ids = []
            took = milliseconds(lambda: eight_way(engine, args.many, ids))
            base = row(name, [took], base) if base is None else (row(name, [took], base), base)[1]
            for cid in ids:
                engine.api.call("DELETE", f"/containers/{cid}?force=1")


def commands(runs, title, engines, instant, argv):
    head(title, "gantry/this, without the client")
    everyone = {**engines, instant.name: instant}
    times = {name: [] for name in everyone}
    for i in range(runs + 3):
        for name, engine in everyone.items():
            took = milliseconds(lambda: spawn(["docker", "-H", f"unix://{engine.sock}", *argv(engine)]))
            if i >= 3:
                times[name].append(took)
    ours, alone = (statistics.median(times[name]) for name in ("gantry", instant.name))
    for name, values in times.items():
        theirs = row(name, values, ours)
        if name not in ("gantry", instant.name):
            print(f"  {'':72}{(ours - alone) / (theirs - alone):6.2f}")


def eight_way(engine, count, ids):
    def some():
        api = UnixConnection(engine.sock)
        body = engine.body("/bin/sleep", "1000000")
        body["HostConfig"]["NetworkMode"] = "bridge"
        for _ in range(count // 8):
            cid = json.loads(api.call("POST", "/containers/create", body))["Id"]
            ids.append(cid)
            api.call("POST", f"/containers/{cid}/start")

    threads = [threading.Thread(target=some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(ids) != count // 8 * 8:
        raise RuntimeError(f"{engine.name}: only {len(ids)} were started")


def cost(daemon):
    return (proportional_kib(daemon.process.pid) + sum(map(proportional_kib, shims_of(daemon.process.pid)))) / 1024


def settled(daemon):
    """After a pause, in which what is idle is given back."""
    time.sleep(8)
    return cost(daemon)


def followers(count, gantry, daemon):
    gantry.begin_exec()
    before = settled(daemon)
    streams = []
    for path in (f"/containers/{gantry.sleeper}/logs?follow=1&stdout=1", f"/containers/{gantry.sleeper}/attach?stream=1&stdout=1"):
        for _ in range(count):
            stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            stream.connect(gantry.sock)
            method = "GET" if "logs" in path else "POST"
            stream.sendall(f"{method} {path} HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n".encode())
            if b" 200 " not in (got := stream.recv(65536)) and b" 101 " not in got:
                raise RuntimeError(f"{path}: {got!r}")
            streams.append(stream)
    after = settled(daemon)
    print(f"\n{count} idle log followers and {count} idle attach streams of one container")
    print(f"  daemon and watches    {after - before:8.1f} MiB more proportional memory ({before:.1f} before)")
    for stream in streams:
        stream.close()
    gantry.end_exec()


def held(daemon):
    """What a container could leave behind, counted."""
    pid = daemon.process.pid
    groups = sum(len(names) for _, names, _ in os.walk("/sys/fs/cgroup"))
    return Counter({
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "threads": len(os.listdir(f"/proc/{pid}/task")),
        "mounts": len(Path("/proc/self/mountinfo").read_text().splitlines())
                  + len(Path(f"/proc/{pid}/mountinfo").read_text().splitlines()),
        "control groups": groups,
        "shims": len(shims_of(pid)),
    })


def leak(count, gantry, daemon):
    samples = []
    for part in range(11):
        samples.append((part * count // 10, settled(daemon), held(daemon)))
        if part < 10:
            for _ in range(count // 10):
                gantry.cycle()
    print(f"\n{count} containers created, started, waited for and removed, one after the other")
    print("  after    daemon and starter, MiB    descriptors  threads  mounts  control groups  shims")
    for done, memory, things in samples:
        print(f"  {done:6}   {memory:23.1f}    {things['descriptors']:11} {things['threads']:8} {things['mounts']:7}"
              f" {things['control groups']:15} {things['shims']:6}")


if __name__ == "__main__":
    main()
