"""Builds the small Dockerfiles of the tests with Gantry, with a dockerd's BuildKit and with buildah, and compares the trees
and configurations of what they make. Differences that have a reason are in docs/build-peers.tsv; any other is an error.
"""

import argparse
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from bench import ROOT, STATE, UnixConnection, apart
from bench_build import clients
from bench_docker import Daemon

CORPUS = ROOT / "gantry-build/src/test/resources/dockerfile-corpus"
REASONS = ROOT / "docs/build-peers.tsv"
TOPICS = ("file", "variables", "stages", "run", "copy", "config", "checks")
FAULT = re.compile(r"(InvalidArgument|NotFound|Unsupported|Conflict|Forbidden) ")
# Below these each engine keeps what is its own.
OWN = ("dev/", "proc/", "sys/", "etc/hostname", "etc/hosts", "etc/resolv.conf", "etc/mtab", ".dockerenv", "run/")
FIELDS = ("Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "OnBuild", "Shell", "StopSignal", "User",
          "Volumes", "WorkingDir")
LETTERS = {"␊": "", "␍": "\r", "␀": "\0", "␉": "\t", "␠": " ", "⌘": "\ufeff"}


def cases():
    for topic in TOPICS:
        for part in re.split(r"(?m)^=== ", (CORPUS / f"{topic}.cases").read_text()):
            if not part.strip():
                continue
            begin, end = part.index("\n--\n"), part.index("\n==>\n")
            head, text = part[:begin].split("\n"), part[begin + 4:max(begin + 4, end)]
            wishes = [w for line in head[1:] if line.startswith("wish: ") for w in line[6:].split("; ")]
            for letter, meant in LETTERS.items():
                text = text.replace(letter, meant)
            yield f"{topic}: {head[0]}", wishes, text, part[end + 5:].strip()


def table(kind):
    rows = (line.split("\t") for line in (CORPUS / "build.tsv").read_text().splitlines()[1:])
    return [(name, text.replace("\\n", "\n")) for k, name, text in rows if k == kind]


def flags(wishes):
    """What a client is told; none when no client can be told so."""
    told = []
    for wish in wishes:
        name, _, value = wish.partition("=")
        if name in ("arg", "target", "label"):
            told += [{"arg": "--build-arg", "target": "--target", "label": "--label"}[name], value]
        elif name != "ignore":
            return None
    return told


def buildable(title, wishes, text, expected):
    plan = expected.split("\nimage ")[0]
    return (not FAULT.match(expected) and flags(wishes) is not None and "image linux/" in expected
            and not re.search(r"(?m)^\d+ = (git|http|.*(ssh|secret|insecure|devices|network host|platform linux/arm))", plan))


def context(where, wishes, text):
    where.mkdir(parents=True)
    for name, content in table("file"):
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text(content + "\n")
    for name, suffix in (("a.tar", ""), ("a.tar.gz", ":gz")):
        with tarfile.open(where / name, "w" + suffix) as tar:
            entry = tarfile.TarInfo("of-archive")
            entry.size, entry.mode = 3, 0o640
            tar.addfile(entry, io.BytesIO(b"in\n"))
    ignored = [w[7:] for w in wishes if w.startswith("ignore=")]
    if ignored:
        (where / ".dockerignore").write_text("\n".join(ignored) + "\n")
    for path in sorted(where.rglob("*")):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    (where / "Dockerfile").write_bytes(text.encode())
    return where


def stubs(where):
    """A root file system whose programs all do nothing, but for busybox."""
    for name in ("bin", "proc", "sys", "dev", "etc", "tmp", "srv", "root"):
        (where / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", where / "bin/busybox")
    subprocess.run([where / "bin/busybox", "--install", "-s", where / "bin"], check=True)
    for link in (where / "bin").iterdir():
        if link.is_symlink():
            link.unlink()
            link.symlink_to("busybox")
    for name, _ in [*table("stub"), ("bash", "")]:
        (where / "bin" / name).unlink(missing_ok=True)
        (where / "bin" / name).write_text("#!/bin/sh\nexit 0\n")
        (where / "bin" / name).chmod(0o755)
    (where / "bin/bash").write_text('#!/bin/sh\nexec sh "$@"\n')
    shutil.copy(where / "bin/a", where / "app")
    for name, content in table("inside"):
        (where / name).parent.mkdir(exist_ok=True)
        (where / name).write_text(content + "\n")
    (where / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\napp:x:100:101::/srv:/bin/sh\nme:x:1000:1001::/:/bin/sh\n")
    (where / "etc/group").write_text("root:x:0:\napp:x:101:\nus:x:1001:\n")


class Client:
    """A docker client before an engine."""

    def __init__(self, name, client, sock, buildkit):
        self.name, self.argv = name, [client, "-H", f"unix://{sock}"]
        self.environment = {**os.environ, "DOCKER_BUILDKIT": buildkit}

    def ask(self, *argv, **more):
        return subprocess.run([*self.argv, *argv], env=self.environment, capture_output=True, stdin=subprocess.DEVNULL, check=False,
                              timeout=120, **more)

    def base(self, tar):
        self.ask("import", str(tar), "stubs")

    def build(self, tag, where, *more):
        done = self.ask("build", "-t", tag, *more, str(where))
        return "" if done.returncode == 0 else (done.stderr + done.stdout).decode(errors="replace")

    def made(self, tag):
        config = json.loads(self.ask("image", "inspect", tag).stdout)[0]["Config"]
        created = self.ask("create", tag, "none")
        cid = created.stdout.decode().strip()
        exported = self.ask("export", cid)
        if exported.returncode != 0:
            raise RuntimeError(f"{self.name}: {(created.stderr + exported.stderr).decode()[-300:]}")
        tar = exported.stdout
        self.ask("rm", cid)
        return config, tree(tar)


class Buildah:
    name = "buildah"

    def __init__(self, tmp):
        self.argv = ["buildah", "--root", f"{tmp}/buildah", "--runroot", f"{tmp}/buildah-run", "--storage-driver", "overlay"]
        self.tmp = tmp

    def ask(self, *argv):
        return subprocess.run([*self.argv, *argv], capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=120)

    def base(self, tar):
        where = Path(self.tmp) / "stubs"
        where.mkdir()
        shutil.copy(tar, where / "stubs.tar")
        (where / "Dockerfile").write_text("FROM scratch\nADD stubs.tar /\n")
        self.ask("build", "-t", "stubs", str(where))

    def build(self, tag, where, *more):
        done = self.ask("build", "--format", "docker", "--runtime", "runc", "--network", "none", "--pull-never", "-t", tag,
                        *more, str(where))
        return "" if done.returncode == 0 else (done.stdout + done.stderr).decode(errors="replace")

    def made(self, tag):
        config = json.loads(self.ask("inspect", "--type", "image", tag).stdout)["Docker"]["config"]
        (config.get("Labels") or {}).pop("io.buildah.version", None)
        begun = self.ask("from", "--pull-never", tag)
        cid = begun.stdout.decode().strip()
        mounted = self.ask("mount", cid)
        where = mounted.stdout.decode().strip()
        if not where:
            raise RuntimeError(f"buildah: {(begun.stderr + mounted.stderr).decode()[-300:]}")
        tar = subprocess.run(["tar", "-C", where, "-c", "."], capture_output=True, check=False).stdout
        self.ask("rm", cid)
        return config, tree(tar)

    def close(self):
        self.ask("rmi", "-af")
        subprocess.run(["umount", f"{self.tmp}/buildah/overlay"], capture_output=True, check=False)


def tree(data):
    """What each path is; times are another matter."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for e in tar:
            path = e.name.removeprefix("./").rstrip("/")
            if path and path != "." and not (path + "/").startswith(OWN) and not path.startswith(OWN):
                content = hashlib.sha256(tar.extractfile(e).read()).hexdigest()[:12] if e.isfile() else e.linkname
                kind = "file" if e.isfile() else "link" if e.issym() else "directory" if e.isdir() else e.type.decode()
                found[path] = f"{kind} {e.mode & 0o7777:o} {e.uid}:{e.gid} {content}"
    return found


def differences(ours, theirs):
    (config, files), (config2, files2) = ours, theirs
    lines = []
    for field in FIELDS:
        a, b = config.get(field) or None, config2.get(field) or None
        if a != b and not (field == "WorkingDir" and {a, b} == {None, "/"}):
            lines.append(f"{field}: {json.dumps(a)} and {json.dumps(b)}")
    for path in sorted(files.keys() | files2.keys()):
        if files.get(path) != files2.get(path):
            lines.append(f"/{path}: {files.get(path, 'absent')} and {files2.get(path, 'absent')}")
    return lines


def reasons():
    if not REASONS.exists():
        return {}
    rows = (line.split("\t") for line in REASONS.read_text().splitlines()[1:])
    return {(peer, title): why for peer, title, _, why in rows}


def say(peer, title, what):
    print(f"{peer}\t{title}\t{what}".replace("\n", " "), flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, prog="./check peers-build")
    options.add_argument("--docker", metavar="SOCKET", default="/var/run/docker.sock", help="a dockerd with BuildKit")
    options.add_argument("--only", default="", help="cases whose titles have this in them")
    options.add_argument("--alone", action="store_true", help="only with Gantry")
    args = options.parse_args()
    if os.geteuid() != 0:
        sys.exit("images are built by root: run as root")
    apart()
    with tempfile.TemporaryDirectory(prefix="gantry-peers-", dir=STATE, ignore_cleanup_errors=True) as name, Daemon(name, "g") as daemon:
        tmp = Path(name)
        stubs(tmp / "image")
        subprocess.run(["tar", "-C", tmp / "image", "--numeric-owner", "--owner=0", "--group=0", "-cf", tmp / "stubs.tar", "."], check=True)
        ours = Client("gantry", "docker", daemon.sock, "0")
        peers = [] if args.alone else theirs(args, tmp)
        try:
            sys.exit(compared(args, tmp, ours, peers))
        finally:
            for peer in peers:
                if isinstance(peer, Buildah):
                    peer.close()


def theirs(args, tmp):
    peers = []
    if os.path.exists(args.docker):
        for client in clients():
            peer = Client("BuildKit", client, args.docker, "1")
            (tmp / "try").mkdir(exist_ok=True)
            (tmp / "try/Dockerfile").write_text("FROM scratch\nLABEL a=b\n")
            if not peer.build("try", tmp / "try"):
                peers.append(peer)
                break
    if shutil.which("buildah"):
        peers.append(Buildah(tmp))
    for missing in {"BuildKit", "buildah"} - {p.name for p in peers}:
        print(f"left out: {missing}")
    return peers


def compared(args, tmp, ours, peers):
    for engine in [ours, *peers]:
        engine.base(tmp / "stubs.tar")
        for name, dockerfile in table("base"):
            where = tmp / f"base-{engine.name}-{name}"
            where.mkdir()
            (where / "Dockerfile").write_text(dockerfile + "\n")
            fault = engine.build(name, where)
            if fault:
                sys.exit(f"{engine.name} makes no {name}: {fault[-600:]}")
            for tag in ("1", "2", "1.36", "amd64only"):
                engine.ask("tag", name, f"{name}:{tag}")
    known, used, wrong, equal, count = reasons(), set(), [], {}, 0
    skipped = dict(table("skip"))
    for number, (title, wishes, text, expected) in enumerate(cases()):
        if args.only not in title or title in skipped or not buildable(title, wishes, text, expected):
            continue
        count += 1
        where = context(tmp / f"c{number}", wishes, text)
        fault = ours.build("made", where, *flags(wishes), "--network", "none")
        if fault:
            wrong.append(title)
            say("gantry", title, fault.strip()[-300:])
            continue
        mine = ours.made("made")
        for peer in peers:
            fault = peer.build("made", where, *flags(wishes), *(["--network", "none"] if isinstance(peer, Client) else []))
            try:
                found = [f"builds it not: {fault.strip().splitlines()[-1][:200]}"] if fault else differences(mine, peer.made("made"))
            except RuntimeError as e:
                found = [str(e)]
            if not found:
                equal[peer.name] = equal.get(peer.name, 0) + 1
            elif (peer.name, title) in known:
                used.add((peer.name, title))
            else:
                wrong.append(title)
                say(peer.name, title, "; ".join(found)[:600])
        shutil.rmtree(where)
    print(f"== {count} Dockerfiles; equal: {equal}; differing for a reason: {len(used)}; wrong: {len(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    main()
