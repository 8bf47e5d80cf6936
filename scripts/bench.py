"""Measures Gantry side by side with its peers in one run: medians, p99 and ratios.

Gantry and one peer take turns, run by run, so that drift of the machine falls on both alike; then the next peer. A peer
that is not installed is left out and named. See docs/promises.md for what the figures must show.
"""

import argparse
import ctypes
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WARM_UP = 1000  # cycles before anything is measured: a daemon that has been at work for some seconds
# Where engines keep their state on users' hosts: how fast a directory is made depends on where its parent is on the disk.
STATE = "/var/lib"
ROOT = Path(__file__).resolve().parent.parent


class UnixConnection:
    """One kept-alive HTTP/1.1 connection over a Unix socket, with as little of its own to measure as can be."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.rest = b""

    def call(self, method, path, body=None):
        raw = isinstance(body, bytes)
        data = b"" if body is None else body if raw else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: d\r\nContent-Length: {len(data)}\r\n"
        if data:
            head += f"Content-Type: application/{'x-tar' if raw else 'json'}\r\n"
        self.socket.sendall(head.encode() + b"\r\n" + data)
        status, fields = self.head()
        if fields.get(b"transfer-encoding") == b"chunked":
            text = self.chunks()
        elif b"content-length" in fields:
            text = self.take(int(fields[b"content-length"]))
        else:
            text = b"" if status in (204, 304) else self.to_end()
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {text.decode()}")
        return text

    def head(self):
        lines = self.until(b"\r\n\r\n").split(b"\r\n")
        fields = (line.partition(b":") for line in lines[1:])
        return int(lines[0].split()[1]), {k.strip().lower(): v.strip().lower() for k, _, v in fields}

    def chunks(self):
        text = b""
        while size := int(self.until(b"\r\n").split(b";")[0], 16):
            text += self.take(size)
            self.take(2)
        self.take(2)
        return text

    def to_end(self):
        """An answer that takes the connection over: read to its end, then connect again."""
        path = self.socket.getpeername()
        text = self.rest
        while more := self.socket.recv(65536):
            text += more
        self.__init__(path)
        return text

    def until(self, mark):
        while mark not in self.rest:
            self.more()
        text, _, self.rest = self.rest.partition(mark)
        return text

    def take(self, size):
        while len(self.rest) < size:
            self.more()
        text, self.rest = self.rest[:size], self.rest[size:]
        return text

    def more(self):
        got = self.socket.recv(65536)
        if not got:
            raise OSError("the engine closed the connection")
        self.rest += got


def milliseconds(action):
    begin = time.perf_counter_ns()
    action()
    return (time.perf_counter_ns() - begin) / 1e6


def spawn(argv, cwd=None):
    """Runs a command by posix_spawn, the cheapest way there is, so that a peer is not charged for our fork."""
    if cwd:
        os.chdir(cwd)
    null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=actions)
    os.close(null)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise RuntimeError(f"{' '.join(map(str, argv))}: status {status}")


class Engine:
    """An engine that speaks the Docker Engine API on a Unix socket."""

    def __init__(self, name, sock, image, network="none"):
        self.name, self.sock, self.image, self.network = name, sock, image, network
        self.api = UnixConnection(sock)
        self.phases = {}

    def body(self, *argv):
        return {
            "Image": self.image,
            "Cmd": list(argv),
            "AttachStdout": True,
            "HostConfig": {"NetworkMode": self.network, "Memory": 256 << 20, "PidsLimit": 512},
        }

    def phase(self, name, method, path, body=None):
        begin = time.perf_counter_ns()
        text = self.api.call(method, path, body)
        self.phases.setdefault(name, []).append((time.perf_counter_ns() - begin) / 1e6)
        return text

    def cycle(self):
        made = json.loads(self.phase("create", "POST", "/containers/create", self.body("/bin/true")))
        cid = made["Id"]
        self.phase("start", "POST", f"/containers/{cid}/start")
        ended = json.loads(self.phase("wait", "POST", f"/containers/{cid}/wait"))
        if ended["StatusCode"] != 0:
            raise RuntimeError(f"{self.name}: exit code {ended['StatusCode']}")
        self.phase("remove", "DELETE", f"/containers/{cid}")

    def begin_exec(self):
        made = json.loads(self.api.call("POST", "/containers/create", self.body("/bin/sleep", "1000000")))
        self.sleeper = made["Id"]
        self.api.call("POST", f"/containers/{self.sleeper}/start")

    def exec_true(self):
        made = json.loads(self.api.call("POST", f"/containers/{self.sleeper}/exec",
                                        {"Cmd": ["/bin/true"], "AttachStdout": True}))
        self.api.call("POST", f"/exec/{made['Id']}/start", {"Detach": False, "Tty": False})

    def end_exec(self):
        self.api.call("DELETE", f"/containers/{self.sleeper}?force=1")


def bundle(where):
    """An OCI bundle equal to what the engine starts: same mounts, capabilities, limits, seccomp."""
    where.mkdir()
    rootfs(where / "rootfs")
    spec = subprocess.run([ROOT / "gantry", "runtime", "spec"], capture_output=True, text=True, check=True).stdout
    config = json.loads(spec)
    config["root"] = {"path": "rootfs"}
    config["process"]["args"] = ["/bin/true"]
    config["linux"].setdefault("resources", {}).update({"memory": {"limit": 256 << 20}, "pids": {"limit": 512}})
    config["linux"].pop("cgroupsPath", None)
    config["ociVersion"] = "1.0.2"  # crun 1.8 knows no later one
    (where / "config.json").write_text(json.dumps(without_empty(config), indent=1))
    return where


def without_empty(value):
    """Absent where it says nothing: crun takes an empty label for a label."""
    if isinstance(value, dict):
        return {k: without_empty(v) for k, v in value.items() if v not in ("", None, [], {})}
    return [without_empty(v) for v in value] if isinstance(value, list) else value


def rootfs(where):
    for name in ("bin", "proc", "sys", "dev", "tmp", "etc"):
        (where / name).mkdir(parents=True)
    shutil.copy(shutil.which("busybox") or "/bin/busybox", where / "bin/busybox")
    for applet in ("true", "sh", "sleep", "cat"):
        (where / "bin" / applet).symlink_to("busybox")
    (where / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")


def proportional_kib(pid):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def shims_of(daemon):
    """The starter of a daemon and its watches: processes named gantry-shim below it."""
    parents, names = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
                names[int(entry.name)] = (entry / "cmdline").read_bytes().split(b"\0")[0]
            except OSError:
                continue
            parents[int(entry.name)] = int(stat[stat.rindex(")") + 2:].split()[1])

    def below(pid):
        while pid in parents:
            if pid == daemon:
                return True
            pid = parents[pid]
        return False

    return [pid for pid, name in names.items() if name.endswith(b"gantry-shim") and below(pid)]


def row(name, values, base=None):
    values = sorted(values)
    p99 = values[min(len(values) - 1, int(len(values) * 0.99))]
    median = statistics.median(values)
    ratio = f"{base / median:6.2f}" if base else ""
    print(f"  {name:34} {median:8.2f} {values[0]:8.2f} {p99:8.2f} {len(values):5d}  {ratio}")
    return median


def head(title, ratio_of=""):
    print(f"\n{title}\n  {'ms':34} {'median':>8} {'min':>8} {'p99':>8} {'n':>5}  {ratio_of}")


def main():
    options = argparse.ArgumentParser(description=__doc__, prog="./bench")
    options.add_argument("-n", "--runs", type=int, default=200, help="rounds of the short measures (default 200)")
    options.add_argument("--idle", type=int, default=200, help="idle containers for the memory figure (0: skip)")
    options.add_argument("--docker", metavar="SOCKET", default="/var/run/docker.sock",
                         help="a dockerd to compare with, which holds busybox:local (default %(default)s when it answers)")
    options.add_argument("--commands", type=int, default=20, help="rounds of whole commands such as gantry ps (0: skip)")
    args = options.parse_args()
    if os.geteuid() != 0:
        sys.exit("cannot measure: containers with limits need root: run as root")
    apart()
    with tempfile.TemporaryDirectory(prefix="gantry-bench-", dir=STATE) as tmp:
        measure(args, Path(tmp))


def measure(args, tmp):
    sock = f"{tmp}/g.sock"
    rootfs(tmp / "image")
    daemon = subprocess.Popen([ROOT / "gantry", "daemon", "-H", f"unix://{sock}", "--data-root", f"{tmp}/data",
                               "--exec-root", f"{tmp}/run"], stderr=open(f"{tmp}/log", "w"))
    try:
        wait_for(sock, daemon, f"{tmp}/log")
        packed = subprocess.run(["tar", "-C", tmp / "image", "-c", "."], capture_output=True, check=True).stdout
        UnixConnection(sock).call("POST", "/images/create?fromSrc=-&repo=bench&tag=latest", packed)
        gantry = Engine("gantry", sock, "bench:latest")
        contenders(args, tmp, gantry)
        if args.idle:
            idle_memory(args.idle, gantry, daemon)
        if args.commands:
            whole_commands(args, sock, tmp)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(20)


def apart():
    """The engine gets a network namespace for its bridges and rules: this machine's own are left alone."""
    clone_newnet = 0x40000000
    if ctypes.CDLL(None, use_errno=True).unshare(clone_newnet) != 0:
        sys.exit("cannot measure: no network namespace can be made: run as root of the host")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def wait_for(sock, daemon, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if daemon.poll() is not None:
            break
        try:
            UnixConnection(sock).call("GET", "/_ping")
            return
        except OSError:
            time.sleep(0.01)
    sys.exit(f"cannot measure: the daemon did not start: {Path(log).read_text()[-600:]}")


def contenders(args, tmp, gantry):
    peers = {}
    if shutil.which("unshare"):
        peers["unshare -pmnui --fork true"] = lambda: spawn(["unshare", "-pmnui", "--fork", "true"])
    where = bundle(tmp / "bundle")
    count = iter(range(10**9))
    for runtime in ("crun", "runc"):
        if not shutil.which(runtime):
            print(f"not installed, left out: {runtime}")
            continue
        run = lambda r=runtime: spawn([r, "run", f"bench-{os.getpid()}-{next(count)}"], where)
        try:
            if not works(run):
                without_hybrid_cgroups()
                run()
            peers[f"{runtime} run"] = run
        except RuntimeError as e:
            print(f"left out: {e}")
    docker = None
    if os.path.exists(args.docker):
        try:
            docker = Engine("dockerd", args.docker, "busybox:local")
            docker.cycle()
        except (OSError, RuntimeError) as e:
            print(f"left out: dockerd: {e}")
            docker = None
    for _ in range(WARM_UP):
        gantry.cycle()
    gantry.phases.clear()
    head("create + start + wait + remove of true (network none, limits, seccomp, log, durable records)", "gantry/this")
    if docker:
        peers["dockerd, API"] = docker.cycle
    for name, run in peers.items():
        ours, theirs = [], []
        for _ in range(args.runs if name != "dockerd, API" else max(1, args.runs // 10)):
            ours.append(milliseconds(gantry.cycle))
            theirs.append(milliseconds(run))
        base = row("gantry, API", ours)
        row(name, theirs, base)
    head("the same on the default bridge", "gantry/this")
    bridged = {"gantry, none": gantry.cycle, "gantry, bridge": Engine("gantry", gantry.sock, gantry.image, "bridge").cycle}
    if docker:
        bridged["dockerd, bridge"] = Engine("dockerd", args.docker, docker.image, "bridge").cycle
    for _ in range(WARM_UP // 3):
        bridged["gantry, bridge"]()
    times = {name: [] for name in bridged}
    for i in range(args.runs):
        for name, run in bridged.items():
            if name != "dockerd, bridge" or i % 10 == 0:
                times[name].append(milliseconds(run))
    base = statistics.median(times["gantry, bridge"])
    for name, values in times.items():
        row(name, values, base)

    head("of which, by request (network none)")
    for name, values in gantry.phases.items():
        row(name, values)

    gantry.begin_exec()
    for _ in range(100):
        gantry.exec_true()
    execs = [milliseconds(gantry.exec_true) for _ in range(args.runs)]
    gantry.end_exec()
    head("exec of true")
    row("gantry, API", execs)


def works(run):
    try:
        run()
        return True
    except RuntimeError:
        return False


def without_hybrid_cgroups():
    """crun refuses the hybrid layout: in a mount namespace of our own its v2 half is hidden. The daemon has its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    clone_newns, ms_private, ms_rec = 0x20000, 1 << 18, 1 << 14
    if libc.unshare(clone_newns) == 0 and libc.mount(None, b"/", None, ms_private | ms_rec, None) == 0:
        libc.umount2(b"/sys/fs/cgroup/unified", 2)


def idle_memory(count, gantry, daemon):
    ids = []
    begin = time.perf_counter_ns()
    for _ in range(count):
        made = json.loads(gantry.api.call("POST", "/containers/create", gantry.body("/bin/sleep", "1000000")))
        ids.append(made["Id"])
        gantry.api.call("POST", f"/containers/{made['Id']}/start")
    started = (time.perf_counter_ns() - begin) / 1e9
    shims = shims_of(daemon.pid)
    total = sum(proportional_kib(pid) for pid in shims)
    print(f"\n{count} idle containers, started one after the other in {started:.2f} s")
    print(f"  watches and starter   {total / count:8.0f} KiB proportional each ({len(shims)} processes)")
    print(f"  daemon                {proportional_kib(daemon.pid) / 1024:8.1f} MiB proportional")
    for cid in ids:
        gantry.api.call("DELETE", f"/containers/{cid}?force=1")


def whole_commands(args, sock, tmp):
    env_host = f"unix://{sock}"
    commands = {
        "gantry ps": [str(ROOT / "gantry"), "-H", env_host, "ps"],
        "gantry run --rm true": [str(ROOT / "gantry"), "-H", env_host, "run", "--rm", "--network", "none", f"dir:{tmp}/image", "/bin/true"],
    }
    if shutil.which("podman"):
        commands["podman run --rm true"] = [
            "podman", "run", "--rm", "--network", "none", "--rootfs", f"{tmp}/bundle/rootfs", "/bin/true"]
    if shutil.which("docker"):
        commands["docker ps, to gantry"] = ["docker", "-H", env_host, "ps"]
    times = {}
    for name in list(commands):
        try:
            spawn(commands[name])
        except RuntimeError as e:
            print(f"left out: {e}")
            del commands[name]
    for _ in range(args.commands):
        for name, argv in commands.items():
            times.setdefault(name, []).append(milliseconds(lambda a=argv: spawn(a)))
    head("whole commands", "gantry run/this")
    base = statistics.median(times["gantry run --rm true"])
    for name, values in times.items():
        row(name, values, base)


if __name__ == "__main__":
    main()
