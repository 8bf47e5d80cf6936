"""Builds Dockerfiles in the shape of well-known projects, on a Debian base, with apt-get, npm and Maven inside RUN, through
the stock docker client; and runs what was built. See docs/build.md.

Packages come from where this host's come from: its sources of Debian packages and its own certificates are part of the
base that is made here, and no address is in any Dockerfile. The daemon has a network namespace of its own, whose way out is
a program (slirp4netns): this host's interfaces and rules are left alone.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = ROOT / "scripts" / "projects"
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
CERTIFICATES = Path("/usr/local/share/ca-certificates")
# So much as a build may take that downloads a compiler.
LIMIT = 900


def run(argv, **more):
    return subprocess.run(argv, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, check=False, **more)


def base(where):
    """A minimal Debian with this host's sources."""
    made = where / "debian.tar"
    if made.exists():
        return made
    sources = SOURCES if SOURCES.exists() else Path("/etc/apt/sources.list")
    print(f"== a Debian base from {sources}")
    half = where / "half.tar"
    hooks = [f"--customize-hook=copy-in {sources} /etc/apt/{'sources.list.d' if sources == SOURCES else ''}",
             '--customize-hook=rm -f "$1/etc/apt/sources.list.d/0000"*',
             '--customize-hook=echo \'Acquire::Check-Valid-Until "false";\' > "$1/etc/apt/apt.conf.d/90valid"']
    if sources == SOURCES:
        hooks.append('--customize-hook=rm -f "$1/etc/apt/sources.list"')
    if CERTIFICATES.is_dir() and any(CERTIFICATES.iterdir()):
        hooks += [f"--customize-hook=copy-in {CERTIFICATES} /usr/local/share/", '--customize-hook=chroot "$1" update-ca-certificates']
    done = run(["mmdebstrap", "-q", "--variant=minbase", "--mode=root", "--include=ca-certificates", *hooks, "bookworm", half,
                sources])
    if done.returncode != 0:
        sys.exit(f"no base: {done.stderr[-2000:]}")
    half.rename(made)
    return made


class Daemon:
    """A gantryd with a way out of its network namespace."""

    def __init__(self, where):
        self.where, self.processes = where, []

    def begin(self, argv, log, inside=None):
        prefix = ["nsenter", f"--net=/proc/{inside.pid}/ns/net"] if inside else []
        process = subprocess.Popen([*prefix, *argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def __enter__(self):
        try:
            return self.started()
        except BaseException:
            self.__exit__()
            raise

    def started(self):
        log = open(self.where / "log", "w")
        space = self.begin(["unshare", "--net", "sleep", "infinity"], log)
        host = os.readlink("/proc/self/ns/net")
        until(lambda: other(f"/proc/{space.pid}/ns/net", host), "a network namespace")
        self.begin(["slirp4netns", "--configure", "--disable-host-loopback", str(space.pid), "tap0"], log)
        until(lambda: "tap0" in run(["nsenter", f"--net=/proc/{space.pid}/ns/net", "ip", "-4", "route", "show", "default"]).stdout,
              "a way out")
        self.sock = self.where / "s"
        self.begin([ROOT / "gantry", "daemon", "-H", f"unix://{self.sock}", "--data-root", self.where / "data", "--exec-root",
                    self.where / "run", "--cgroup-parent", f"gantry-projects-{os.getpid()}"], log, space)
        until(lambda: run(self.docker("version")).returncode == 0, f"the daemon: see {self.where}/log")
        return self

    def docker(self, *argv):
        return ["docker", "-H", f"unix://{self.sock}", *argv]

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for group in Path("/sys/fs/cgroup").glob(f"**/gantry-projects-{os.getpid()}"):
            for directory, _, _ in os.walk(group, topdown=False):
                try:
                    os.rmdir(directory)
                except OSError:
                    pass


def other(link, than):
    try:
        return os.readlink(link) != than
    except OSError:
        return False


def until(condition, what):
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"not there after 60 s: {what}")
        time.sleep(0.05)


def prepared(project, where):
    """The context, with the archive that one of them adds."""
    context = where / "contexts" / project.name
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(project, context)
    if "assets.tar" in (project / "Dockerfile").read_text():
        with tarfile.open(context / "assets.tar", "w") as tar:
            tar.add(project / "hello.cgi", "scripts/hello.cgi")
    return context


def built(daemon, project, context):
    target = context / "target"
    more = ["--target", target.read_text().strip()] if target.exists() else []
    begun = time.monotonic()
    try:
        done = run(daemon.docker("build", "-t", project.name, *more, str(context)), timeout=LIMIT,
                   env={**os.environ, "DOCKER_BUILDKIT": "0"})
    except subprocess.TimeoutExpired:
        return time.monotonic() - begun, f"no end after {LIMIT} s"
    took = time.monotonic() - begun
    (context.parent / f"{project.name}.log").write_text(done.stdout + done.stderr)
    return took, "" if done.returncode == 0 else done.stdout[-1500:] + done.stderr[-600:]


def wrong(daemon, project):
    """What it should say and does not."""
    command, *expected = (project / "check").read_text().splitlines()
    words = ["sh", "-c", command[6:]] if command.startswith("sh -c ") else command.split()
    done = run(daemon.docker("run", "--rm", "--network", "none", project.name, *words), timeout=120)
    said = done.stdout + done.stderr
    return "" if all(e in said for e in expected) else f"it says {said[-600:]!r}, not {expected}"


def main():
    options = argparse.ArgumentParser(description=__doc__, prog="./check projects")
    options.add_argument("projects", nargs="*", help="their names; default: all")
    options.add_argument("--twice", action="store_true", help="build each again, when everything is known")
    args = options.parse_args()
    if os.geteuid() != 0:
        sys.exit("projects are built by root: run as root")
    for needed in ("docker", "mmdebstrap", "slirp4netns"):
        if not shutil.which(needed):
            sys.exit(f"{needed} is missing: on Debian, apt-get install {needed if needed != 'docker' else 'docker.io'}")
    where = ROOT / "target" / "projects"
    (where / "contexts").mkdir(parents=True, exist_ok=True)
    for left in ("data", "run"):
        shutil.rmtree(where / left, ignore_errors=True)
    debian = base(where)
    wanted = [p for p in sorted(PROJECTS.iterdir()) if (p / "Dockerfile").exists() and (not args.projects or p.name in args.projects)]
    failed = []
    with Daemon(where) as daemon:
        done = run(daemon.docker("import", "--change", 'CMD ["bash"]', str(debian), "debian:bookworm"))
        if done.returncode != 0:
            sys.exit(f"no base: {done.stderr}")
        for project in wanted:
            context = prepared(project, where)
            took, fault = built(daemon, project, context)
            fault = fault or wrong(daemon, project)
            again = f", again {built(daemon, project, context)[0]:.2f} s" if args.twice and not fault else ""
            print(f"  {project.name:16} {took:7.1f} s{again}  {'FAILED: ' + fault if fault else 'builds and runs'}", flush=True)
            failed += [project.name] if fault else []
        left = run(daemon.docker("ps", "-aq")).stdout
    shutil.rmtree(where / "data", ignore_errors=True)
    if left:
        sys.exit(f"== RED: containers are left: {left}")
    print(f"== green: {len(wanted)} projects" if not failed else f"== RED: {' '.join(failed)}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
