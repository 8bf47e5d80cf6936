"""Measures the throughput of networks side by side with a dockerd in one run: medians and ratios.

Both engines have a server in a container on their default bridge. They take turns, measure by measure: from another
container, and through a published port from a neighbour of the host. Who is first changes from round to round, and the
ratio is the median of the rounds' own: what the machine does meanwhile falls on both alike. iperf3 says how much came
through.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import ROOT, STATE, Engine, UnixConnection, apart, wait_for

SERVER, PUBLISHED = 5201, 5301
LIBRARIES = ("ldd", "/usr/bin/iperf3")


def image(where):
    """The host's iperf3 with its libraries, as a tar."""
    for name in ("usr/bin", "bin", "tmp", "etc", "proc", "sys", "dev"):
        (where / name).mkdir(parents=True, exist_ok=True)
    shutil.copy("/usr/bin/iperf3", where / "usr/bin/iperf3")
    shutil.copy(shutil.which("busybox"), where / "bin/busybox")
    (where / "bin/sleep").symlink_to("busybox")
    for line in subprocess.run(LIBRARIES, capture_output=True, text=True, check=True).stdout.splitlines():
        path = next((word for word in line.split() if word.startswith("/")), None)
        if path:
            to = where / path.lstrip("/")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)
    return subprocess.run(["tar", "-C", where, "-c", "."], capture_output=True, check=True).stdout


class Contender:
    """One engine with its two containers, and a neighbour of its host."""

    def __init__(self, name, sock, packed, number):
        self.name, self.number = name, number
        self.api = UnixConnection(sock)
        self.api.call("POST", "/images/create?fromSrc=-&repo=bench-network&tag=latest", packed)
        self.made = []
        self.server = self.start(["/usr/bin/iperf3", "-s"], {f"{SERVER}/tcp": [{"HostPort": str(PUBLISHED)}]})
        self.client = self.start(["/bin/sleep", "1000000"], {})
        self.host = peer_of(sock)
        self.neighbour = subprocess.Popen(["unshare", "--net", "sleep", "1000000"])
        self.wire()

    def start(self, command, ports):
        body = {"Image": "bench-network:latest", "Cmd": command, "ExposedPorts": {p: {} for p in ports},
                "HostConfig": {"NetworkMode": "bridge", "PortBindings": ports}}
        cid = json.loads(self.api.call("POST", "/containers/create", body))["Id"]
        self.made.append(cid)
        self.api.call("POST", f"/containers/{cid}/start")
        return json.loads(self.api.call("GET", f"/containers/{cid}/json"))

    def wire(self):
        """By the number of the contender, so that both fit into one host."""
        link, near, far = f"bench{self.number}", f"198.51.{100 + self.number}.1", f"198.51.{100 + self.number}.2"
        while os.readlink(f"/proc/{self.neighbour.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            pass
        inside(self.host, f"ip link add {link} type veth peer name eth0 netns {self.neighbour.pid};"
                          f" ip addr add {near}/24 dev {link}; ip link set {link} up")
        inside(self.neighbour.pid, f"ip addr add {far}/24 dev eth0; ip link set eth0 up; ip link set lo up")
        self.near, self.link = near, link

    def between(self, seconds):
        address = self.server["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
        return gigabits(self.client["State"]["Pid"], address, SERVER, seconds)

    def published(self, seconds):
        return gigabits(self.neighbour.pid, self.near, PUBLISHED, seconds)

    def close(self):
        self.neighbour.kill()
        self.neighbour.wait()
        subprocess.run(["nsenter", f"--net=/proc/{self.host}/ns/net", "ip", "link", "delete", self.link],
                       stderr=subprocess.DEVNULL)
        for cid in self.made:
            self.api.call("DELETE", f"/containers/{cid}?force=1")
        self.api.call("DELETE", "/images/bench-network:latest")


def peer_of(sock):
    """The process that listens: the one whose network the bridges are in."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.connect(sock)
        return struct.unpack("3i", s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


def inside(pid, script):
    subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", "sh", "-ec", script], check=True)


def gigabits(pid, address, port, seconds):
    said = subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", "iperf3", "-c", address, "-p", str(port),
                           "-t", str(seconds), "-J"], capture_output=True, text=True).stdout
    answer = json.loads(said)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["end"]["sum_received"]["bits_per_second"] / 1e9


def measure(args, tmp):
    packed = image(tmp / "image")
    sock = f"{tmp}/g.sock"
    daemon = subprocess.Popen([ROOT / "gantry", "daemon", "-H", f"unix://{sock}", "--data-root", f"{tmp}/data",
                               "--exec-root", f"{tmp}/run"], stderr=open(f"{tmp}/log", "w"))
    contenders = []
    try:
        wait_for(sock, daemon, f"{tmp}/log")
        contenders.append(Contender("gantry", sock, packed, 0))
        if os.path.exists(args.docker):
            contenders.append(Contender("dockerd", args.docker, packed, 1))
        else:
            print(f"left out: dockerd: nobody at {args.docker}")
        for what, way in (("container to container", Contender.between),
                          ("a published port, from a neighbour", Contender.published)):
            report(what, way, contenders, args)
    finally:
        for each in contenders:
            each.close()
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(20)


def report(what, way, contenders, args):
    rates = {c.name: [] for c in contenders}
    for each in contenders:
        way(each, 1)  # neighbours are found, buffers have grown
    for turn in range(args.rounds):
        for each in contenders if turn % 2 == 0 else reversed(contenders):
            rates[each.name].append(way(each, args.seconds))
    print(f"\n{what}\n  {'Gbit/s':12} {'median':>8} {'min':>8} {'max':>8} {'n':>4}  this/dockerd, median of rounds (quartiles)")
    for name, values in rates.items():
        print(f"  {name:12} {statistics.median(values):8.2f} {min(values):8.2f} {max(values):8.2f} {len(values):4d}"
              f"  {beside(values, rates.get('dockerd', []))}")


def beside(values, base):
    """The ratio round by round."""
    ratios = [mine / theirs for mine, theirs in zip(values, base)]
    if len(ratios) < 2:
        return f"{ratios[0]:.2f}" if ratios else ""
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def main():
    options = argparse.ArgumentParser(description=__doc__, prog="./bench network")
    options.add_argument("-n", "--rounds", type=int, default=12, help="measures of each kind and engine (default 12)")
    options.add_argument("--seconds", type=int, default=2, help="of one measure (default 2)")
    options.add_argument("--docker", metavar="SOCKET", default="/var/run/docker.sock",
                         help="a dockerd to compare with (default %(default)s when it answers)")
    args = options.parse_args()
    if os.geteuid() != 0:
        sys.exit("cannot measure: networks need root: run as root")
    for tool in ("iperf3", "ip", "nsenter", "busybox"):
        if not shutil.which(tool):
            sys.exit(f"cannot measure: {tool} is missing: install it, on Debian: apt-get install iperf3 iproute2 busybox-static")
    apart()
    with tempfile.TemporaryDirectory(prefix="gantry-bench-", dir=STATE) as tmp:
        measure(args, Path(tmp))


if __name__ == "__main__":
    main()
