"""Measures Gantry side by side with its peers in one run: medians, p99 and ratios.

Every round runs each contender once, in turn, so that drift of the machine falls on all alike. A contender that is not
installed is left out and named. See docs/promises.md for what the figures must show.
"""

import argparse
import http.client
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

ROOT = Path(__file__).resolve().parent.parent


class UnixConnection(http.client.HTTPConnection):
    """One kept-alive HTTP/1.1 connection over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)

    def call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"} if data else {}
        self.request(method, path, data, headers)
        answer = self.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text.decode()}")
        return text


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

    def __init__(self, name, sock, image):
        self.name, self.sock, self.image = name, sock, image
        self.api = UnixConnection(sock)
        self.phases = {}

    def body(self, *argv):
        return {
            "Image": self.image,
            "Cmd": list(argv),
            "AttachStdout": True,
            "HostConfig": {"NetworkMode": "none", "Memory": 256 << 20, "PidsLimit": 512},
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
    (where / "config.json").write_text(json.dumps(config, indent=1))
    return where


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


def children_of_shim(exe_hint):
    """Processes whose command line names our shim: starter and watches, not what runs in containers."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words and words[0].endswith(exe_hint):
                found.append(int(entry.name))
    return found


def row(name, values, base=None):
    values = sorted(values)
    p99 = values[min(len(values) - 1, int(len(values) * 0.99))]
    median = statistics.median(values)
    ratio = f"{median / base:6.2f}" if base else "      "
    print(f"  {name:34} {median:8.2f} {values[0]:8.2f} {p99:8.2f} {len(values):5d}  {ratio}")
    return median


def head(title, ratio_of=""):
    print(f"\n{title}\n  {'ms':34} {'median':>8} {'min':>8} {'p99':>8} {'n':>5}  {ratio_of}")


def main():
    options = argparse.ArgumentParser(description=__doc__, prog="./bench")
    options.add_argument("-n", "--runs", type=int, default=200, help="rounds of the short measures (default 200)")
    options.add_argument("--idle", type=int, default=200, help="idle containers for the memory figure (0: skip)")
    options.add_argument("--docker", metavar="SOCKET", default="/run/peer-docker.sock",
                         help="a dockerd to compare with, which holds busybox:local (default %(default)s when it answers)")
    options.add_argument("--commands", type=int, default=20, help="rounds of whole commands such as gantry ps (0: skip)")
    args = options.parse_args()
    if os.geteuid() != 0:
        sys.exit("cannot measure: containers with limits need root: run as root")
    with tempfile.TemporaryDirectory(prefix="gantry-bench-") as tmp:
        measure(args, Path(tmp))


def measure(args, tmp):
    sock = f"{tmp}/g.sock"
    rootfs(tmp / "image")
    daemon = subprocess.Popen([ROOT / "gantry", "daemon", "-H", f"unix://{sock}", "--data-root", f"{tmp}/data",
                               "--exec-root", f"{tmp}/run"], stderr=open(f"{tmp}/log", "w"))
    try:
        wait_for(sock, daemon, f"{tmp}/log")
        gantry = Engine("gantry", sock, f"dir:{tmp}/image")
        contenders(args, tmp, gantry)
        if args.idle:
            idle_memory(args.idle, gantry, daemon)
        if args.commands:
            whole_commands(args, sock, tmp)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(20)


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
    for _ in range(300):
        gantry.cycle()
    gantry.phases.clear()
    times = {"gantry, API": []} | {name: [] for name in peers}
    slow = max(1, args.runs // 20)
    for i in range(args.runs):
        times["gantry, API"].append(milliseconds(gantry.cycle))
        for name, run in peers.items():
            times[name].append(milliseconds(run))
        if docker and i % slow == 0:
            times.setdefault("dockerd, API", []).append(milliseconds(docker.cycle))
    head("create + start + wait + remove of true (network none, limits, seccomp, log, durable records)", "gantry/this")
    base = statistics.median(times["gantry, API"])
    for name, values in times.items():
        median = statistics.median(values)
        row(name, values)
        if name != "gantry, API":
            print(f"  {'':34} {'':8} {'':8} {'':8} {'':5}  {base / median:6.2f}")
    head("of which, by request")
    for name, values in gantry.phases.items():
        row(name, values)

    gantry.begin_exec()
    for _ in range(100):
        gantry.exec_true()
    execs = [milliseconds(gantry.exec_true) for _ in range(args.runs)]
    gantry.end_exec()
    head("exec of true")
    row("gantry, API", execs)


def idle_memory(count, gantry, daemon):
    ids = []
    begin = time.perf_counter_ns()
    for _ in range(count):
        made = json.loads(gantry.api.call("POST", "/containers/create", gantry.body("/bin/sleep", "1000000")))
        ids.append(made["Id"])
        gantry.api.call("POST", f"/containers/{made['Id']}/start")
    started = (time.perf_counter_ns() - begin) / 1e9
    shims = children_of_shim(b"gantry-shim")
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
        "gantry run --rm true": [str(ROOT / "gantry"), "-H", env_host, "run", "--rm", f"dir:{tmp}/image", "/bin/true"],
    }
    if shutil.which("podman"):
        commands["podman run --rm true (rootfs)"] = [
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
    head("whole commands")
    for name, values in times.items():
        row(name, values)


if __name__ == "__main__":
    main()
