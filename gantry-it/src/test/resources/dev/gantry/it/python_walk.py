"""Walks through what python3-docker (the docker SDK for Python) offers, against the engine of DOCKER_HOST.

Every step ends with an assertion; the first that does not hold ends the walk with its line. The image `busybox:it` is there.
"""
import datetime
import io
import os
import socket
import struct
import sys
import tarfile
import tempfile
import threading
import time

import docker
from docker.types import EndpointConfig, Healthcheck, IPAMConfig, IPAMPool, LogConfig, Mount, Ulimit

IMAGE = "busybox:it"


def tar_of(name, content, mode=0o644):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        member.mode = mode
        tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def refused(kind, status, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except kind as e:
        assert e.response is None or e.response.status_code == status, (status, e)
        return str(e)
    raise AssertionError("not refused")


def until(what, seconds=30):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "still not after %d s" % seconds
        time.sleep(0.02)


def system(client):
    assert client.ping() is True
    version = client.version()
    assert version["Os"] == "linux" and version["ApiVersion"] and version["MinAPIVersion"]
    info = client.info()
    assert info["OSType"] == "linux" and info["NCPU"] >= 1 and info["MemTotal"] > 0
    df = client.df()
    assert {"LayersSize", "Images", "Containers", "Volumes"} <= set(df), df.keys()
    assert any(IMAGE in (i["RepoTags"] or []) for i in df["Images"])


def images(client):
    image = client.images.get(IMAGE)
    assert IMAGE in image.tags and image.id.startswith("sha256:") and len(image.short_id) == 17
    assert image.tag("walk/one", tag="1") is True
    assert "walk/one:1" in client.images.get("walk/one:1").tags
    assert [i.id for i in client.images.list(name="walk/one")] == [image.id]
    assert client.images.list(filters={"reference": "nosuch/*"}) == []
    saved = b"".join(client.images.get("walk/one:1").save(named="walk/one:1"))
    client.images.remove("walk/one:1")
    refused(docker.errors.ImageNotFound, 404, client.images.get, "walk/one:1")
    loaded = client.images.load(saved)
    assert [i.id for i in loaded] == [image.id] and "walk/one:1" in loaded[0].tags
    assert image.history()[0]["Id"]
    assert image.attrs["Architecture"] and image.attrs["RootFS"]["Layers"]
    client.images.remove("walk/one:1", force=True)
    with tempfile.NamedTemporaryFile() as file:
        file.write(tar_of("hello", b"hello"))
        file.flush()
        client.api.import_image_from_file(file.name, repository="walk/two", tag="2")
    client.images.remove("walk/two:2")


def simple_runs(client):
    assert client.containers.run(IMAGE, "echo one", remove=True, network_mode="none") == b"one\n"
    assert client.containers.run(IMAGE, ["sh", "-c", "echo out; echo err >&2"], stderr=True, remove=True,
                                 network_mode="none") in (b"out\nerr\n", b"err\nout\n")
    lines = client.containers.run(IMAGE, ["sh", "-c", "echo a; echo b"], stream=True, remove=True, network_mode="none")
    assert b"".join(lines) == b"a\nb\n"
    try:
        client.containers.run(IMAGE, ["sh", "-c", "echo why >&2; exit 3"], remove=True, network_mode="none")
        raise AssertionError("exit code 3 is no error")
    except docker.errors.ContainerError as e:
        assert e.exit_status == 3 and b"why" in e.stderr
    refused(docker.errors.ImageNotFound, 404, client.containers.create, "walk/nosuch:1")
    refused(docker.errors.NotFound, 404, client.containers.get, "nosuch")


def configuration(client):
    c = client.containers.create(
        IMAGE,
        ["sh", "-c", "echo $WHO; hostname; id -u; pwd; cat /etc/hosts; ulimit -n; ls /dev/null; cat /kept/file /scratch/none; touch /nope"],
        environment={"WHO": "me"}, hostname="box", user="1000:1000", working_dir="/tmp", labels={"walk": "yes"},
        mem_limit="64m", memswap_limit="128m", nano_cpus=500000000, pids_limit=50, cap_drop=["ALL"], cap_add=["NET_RAW"],
        read_only=True, tmpfs={"/scratch": "size=1m"}, extra_hosts={"there": "10.9.8.7"},
        ulimits=[Ulimit(name="nofile", soft=512, hard=1024)], shm_size="16m", init=True, stop_signal="SIGINT",
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 1}, security_opt=["no-new-privileges"],
        sysctls={"net.ipv4.ip_forward": "0"}, dns=["10.1.1.1"], domainname="walk", group_add=["5"],
        log_config=LogConfig(type=LogConfig.types.JSON, config={"max-size": "1m"}),
        mounts=[Mount("/kept", "walk-kept", type="volume"), Mount("/tmp2", None, type="tmpfs", tmpfs_size="1m")],
        healthcheck=Healthcheck(test=["NONE"]), name="walk-configured")
    c.start()
    assert c.wait()["StatusCode"] == 1  # although it is started once more
    until(lambda: c.reload() is None and c.status == "exited" and c.attrs["RestartCount"] == 1)
    out = c.logs(stdout=True, stderr=False).decode()
    for line in ("me", "box", "1000", "/tmp", "10.9.8.7\tthere", "512", "/dev/null"):
        assert line in out.splitlines() or line in out, (line, out)
    assert "Read-only file system" in c.logs(stdout=False, stderr=True).decode()
    assert c.labels == {"walk": "yes"} and c.name == "walk-configured"
    assert c.attrs["HostConfig"]["Memory"] == 64 << 20 and c.attrs["HostConfig"]["Ulimits"][0]["Soft"] == 512
    assert c.attrs["Mounts"][0]["Name"] == "walk-kept"
    assert [x.name for x in client.containers.list(all=True, filters={"label": "walk=yes"})] == ["walk-configured"]
    assert client.containers.list(filters={"label": "walk=yes"}) == []
    c.remove(v=True)
    client.volumes.get("walk-kept").remove()


def life(client):
    c = client.containers.run(IMAGE, ["sh", "-c", "trap 'exit 5' TERM; echo up; while :; do sleep 0.1; done"], detach=True,
                              name="walk-life", network_mode="none", ports={"80/tcp": None})
    until(lambda: c.logs() == b"up\n")
    assert c.logs(timestamps=True).split(b" ")[1] == b"up\n"
    assert c.logs(since=datetime.datetime.utcnow() + datetime.timedelta(hours=1)) == b""
    assert c.logs(tail=0) == b""
    c.pause()
    c.reload()
    assert c.status == "paused"
    c.unpause()
    assert "sleep" in str(c.top()["Processes"]) and "PID" in c.top()["Titles"]
    assert c.top(ps_args="-o pid,comm")["Titles"] == ["PID", "COMMAND"]
    once = c.stats(stream=False)
    assert once["memory_stats"]["usage"] > 0 and once["pids_stats"]["current"] >= 1 and once["name"] == "/walk-life"
    stream = c.stats(decode=True)
    assert [next(stream)["id"], next(stream)["id"]] == [c.id, c.id]
    stream.close()
    assert c.update(mem_limit="128m", memswap_limit="128m")["Warnings"] in (None, [])
    c.rename("walk-renamed")
    c.reload()
    assert c.name == "walk-renamed" and c.attrs["HostConfig"]["Memory"] == 128 << 20
    refused(docker.errors.APIError, 409, client.containers.create, IMAGE, "true", name="walk-renamed")
    refused(docker.errors.APIError, 409, c.remove)
    c.restart(timeout=10)
    c.reload()
    assert c.status == "running"
    c.stop(timeout=10)
    assert c.wait()["StatusCode"] == 5
    c.start()
    # Below c.wait(), which comes back at the end only: the head of the answer says that the engine waits.
    waiting = client.api._post(client.api._url("/containers/{0}/wait", c.id), params={"condition": "next-exit"}, stream=True)
    assert waiting.status_code == 200, waiting
    c.kill(signal="KILL")
    assert waiting.json()["StatusCode"] == 137
    c.remove()
    c = client.containers.run(IMAGE, ["sleep", "1000"], detach=True, network_mode="none", auto_remove=True)
    c.kill()
    try:
        c.wait(condition="removed")
    except docker.errors.NotFound:
        pass
    until(lambda: not [x for x in client.containers.list(all=True) if x.id == c.id])


def streams(client):
    c = client.containers.run(IMAGE, ["sh", "-c", "while read x; do echo got $x; done; echo over"], detach=True, stdin_open=True,
                              network_mode="none", name="walk-stream")
    seen = []
    follower = threading.Thread(target=lambda: seen.extend(c.logs(stream=True, follow=True)))
    follower.start()
    s = c.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
    raw = s._sock
    raw.sendall(b"one\n")
    head = s.read(8)
    kind, length = struct.unpack(">BxxxL", head)
    assert (kind, s.read(length)) == (1, b"got one\n")
    raw.shutdown(socket.SHUT_WR)
    s.close()
    raw.close()
    until(lambda: b"got one" in c.logs())
    live = c.attach(stream=True, logs=True)
    c.kill()
    follower.join(30)
    assert not follower.is_alive() and b"got one" in b"".join(seen), seen
    assert b"got one" in b"".join(live)
    c.remove()
    t = client.containers.create(IMAGE, ["sh", "-c", "read x; echo got $x; stty size"], tty=True, stdin_open=True, network_mode="none")
    s = t.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
    t.start()
    t.resize(33, 99)
    s._sock.sendall(b"line\n")
    text = b""
    while True:
        more = s._sock.recv(1000)
        if not more:
            break
        text += more
    assert b"got line\r\n" in text and b"33 99" in text, text
    s.close()
    t.remove(force=True)


def execs(client):
    c = client.containers.run(IMAGE, ["sleep", "1000"], detach=True, network_mode="none", name="walk-exec", environment={"A": "a"})
    assert c.exec_run("echo hi") == (0, b"hi\n")
    assert c.exec_run(["sh", "-c", "echo out; echo err >&2; exit 4"], demux=True) == (4, (b"out\n", b"err\n"))
    assert c.exec_run("id -u", user="1000").output == b"1000\n"
    assert c.exec_run("pwd", workdir="/tmp").output == b"/tmp\n"
    assert c.exec_run(["sh", "-c", "echo $A$B"], environment={"B": "b"}).output == b"ab\n"
    assert c.exec_run(["sh", "-c", "test -t 1 && echo tty"], tty=True).output == b"tty\r\n"
    assert c.exec_run("nosuch").exit_code in (126, 127)
    code, lines = c.exec_run(["sh", "-c", "echo 1; echo 2"], stream=True)
    assert code is None and b"".join(lines) == b"1\n2\n"
    detached = client.api.exec_create(c.id, ["touch", "/made"])
    assert client.api.exec_start(detached["Id"], detach=True) in (b"", "")
    until(lambda: c.exec_run("ls /made").exit_code == 0)
    for tty in (False, True):
        made = client.api.exec_create(c.id, ["sh", "-c", "read x; echo got $x; sleep 0.1"], stdin=True, tty=tty)
        s = client.api.exec_start(made["Id"], socket=True, tty=tty)
        assert client.api.exec_inspect(made["Id"])["Running"] is True
        if tty:
            client.api.exec_resize(made["Id"], height=20, width=70)
        s._sock.sendall(b"that\n")
        text = b""
        while True:
            more = s._sock.recv(1000)
            if not more:
                break
            text += more
        assert b"got that" in text, text
        s.close()
        until(lambda: client.api.exec_inspect(made["Id"])["Running"] is False)
        assert client.api.exec_inspect(made["Id"])["ExitCode"] == 0
    through = c.exec_run(["sh", "-c", "cat"], stdin=True, socket=True)
    assert through.exit_code is None
    through.output._sock.sendall(b"echoed")
    through.output._sock.shutdown(socket.SHUT_WR)
    assert through.output.read(8)[0] == 1 and through.output.read(6) == b"echoed"
    through.output.close()
    c.remove(force=True)


def files(client):
    c = client.containers.run(IMAGE, ["sleep", "1000"], detach=True, network_mode="none", name="walk-files")
    assert c.put_archive("/tmp", tar_of("there", b"content", 0o600)) is True
    assert c.exec_run("cat /tmp/there").output == b"content"
    parts, stat = c.get_archive("/tmp/there")
    assert stat["name"] == "there" and stat["size"] == 7 and stat["mode"] & 0o777 == 0o600 and stat["linkTarget"] == ""
    with tarfile.open(fileobj=io.BytesIO(b"".join(parts))) as tar:
        assert tar.extractfile("there").read() == b"content"
    refused(docker.errors.NotFound, 404, c.get_archive, "/nosuch")
    refused(docker.errors.NotFound, 404, c.put_archive, "/nosuch", tar_of("x", b""))
    assert {"Path": "/tmp/there", "Kind": 1} in c.diff()
    with tarfile.open(fileobj=io.BytesIO(b"".join(c.export()))) as tar:
        assert "tmp/there" in tar.getnames()
    image = c.commit(repository="walk/committed", tag="1", message="of a walk", author="walker",
                     conf={"Cmd": ["cat", "/tmp/there"], "Labels": {"walk": "yes"}})
    assert image.labels == {"walk": "yes"} and image.attrs["Comment"] == "of a walk" and image.attrs["Author"] == "walker"
    assert client.containers.run("walk/committed:1", remove=True, network_mode="none") == b"content"
    assert c.image.tags == [IMAGE]
    c.remove(force=True)
    client.images.remove("walk/committed:1")


def networks(client):
    pool = IPAMConfig(pool_configs=[IPAMPool(subnet="10.77.0.0/24", gateway="10.77.0.1", iprange="10.77.0.128/25")])
    n = client.networks.create("walk-net", driver="bridge", ipam=pool, labels={"walk": "yes"}, check_duplicate=True, internal=True)
    assert [x.name for x in client.networks.list(names=["walk-net"])] == ["walk-net"]
    assert [x.id for x in client.networks.list(filters={"label": "walk=yes"})] == [n.id]
    web = client.containers.run(IMAGE, ["sh", "-c", "echo served > /index.html; exec httpd -f -p 80 -h /"], detach=True, name="walk-web",
                                network="walk-net")
    other = client.containers.create(IMAGE, ["sleep", "1000"], name="walk-other", network_mode="none")
    client.networks.get("none").disconnect(other)
    n.connect(other, aliases=["second"], ipv4_address="10.77.0.99")
    other.start()
    until(lambda: other.exec_run("wget -q -O - http://walk-web/").output == b"served\n")
    assert web.exec_run(["sh", "-c", "ping -c 1 -W 5 second"]).exit_code == 0
    n.reload()
    assert {c.name for c in n.containers} == {"walk-web", "walk-other"}
    n = client.networks.get(n.id)
    assert n.attrs["IPAM"]["Config"][0]["Subnet"] == "10.77.0.0/24" and n.attrs["Internal"] is True
    assert n.attrs["Containers"][other.id]["IPv4Address"] == "10.77.0.99/24"
    refused(docker.errors.APIError, 403, n.remove)
    n.disconnect(other)
    n.disconnect(web, force=True)
    web.remove(force=True)
    other.remove(force=True)
    n.remove()
    refused(docker.errors.NotFound, 404, client.networks.get, n.id)
    client.networks.create("walk-unused")
    assert "walk-unused" in client.networks.prune()["NetworksDeleted"]
    served = client.containers.run(IMAGE, ["sh", "-c", "echo out > /index.html; exec httpd -f -p 80 -h /"], detach=True,
                                   ports={"80/tcp": ("127.0.0.1", None)})
    until(lambda: served.reload() is None and served.ports["80/tcp"])
    port = served.ports["80/tcp"][0]
    assert port["HostIp"] == "127.0.0.1"
    assert client.api.port(served.id, 80) == [port]
    import urllib.request

    def answered():
        try:
            return urllib.request.urlopen("http://127.0.0.1:%s/" % port["HostPort"], timeout=5).read() == b"out\n"
        except OSError:
            return False

    until(answered)
    served.remove(force=True)


def volumes(client):
    v = client.volumes.create("walk-volume", driver="local", labels={"walk": "yes"})
    assert v.name == "walk-volume" and v.attrs["Driver"] == "local" and v.attrs["Labels"] == {"walk": "yes"}
    assert [x.name for x in client.volumes.list(filters={"name": "walk-volume"})] == ["walk-volume"]
    client.containers.run(IMAGE, ["sh", "-c", "echo kept > /v/file"], volumes={"walk-volume": {"bind": "/v", "mode": "rw"}}, remove=True,
                          network_mode="none")
    assert client.containers.run(IMAGE, "cat /v/file", volumes=["walk-volume:/v:ro"], remove=True, network_mode="none") == b"kept\n"
    c = client.containers.create(IMAGE, "true", volumes={"walk-volume": {"bind": "/v"}}, network_mode="none")
    refused(docker.errors.APIError, 409, v.remove)
    c.remove()
    v.remove()
    refused(docker.errors.NotFound, 404, client.volumes.get, "walk-volume")
    client.containers.create(IMAGE, "true", volumes=["/anonymous"], network_mode="none", labels={"walk": "prune"})
    pruned = client.containers.prune(filters={"label": "walk=prune"})
    assert len(pruned["ContainersDeleted"]) == 1
    assert len(client.volumes.prune()["VolumesDeleted"]) == 1


def events(client):
    since = time.time() - 1
    stream = client.events(since=int(since), filters={"label": "walk=events"}, decode=True)
    client.containers.run(IMAGE, "true", labels={"walk": "events"}, remove=True, network_mode="none")
    seen = []
    for event in stream:
        seen.append(event["Action"])
        if event["Action"] == "destroy":
            break
    stream.close()
    assert [a for a in seen if a in ("create", "start", "die", "destroy")] == ["create", "start", "die", "destroy"], seen
    past = list(client.events(since=int(since), until=int(time.time()) + 1, filters={"event": "die", "label": "walk=events"}, decode=True))
    assert len(past) == 1 and past[0]["Actor"]["Attributes"]["exitCode"] == "0", past


def pruning(client):
    client.containers.create(IMAGE, "true", network_mode="none", labels={"walk": "end"})
    client.containers.prune(filters={"label": "walk=end"})
    client.images.prune(filters={"dangling": True})
    assert not [c.name for c in client.containers.list(all=True)]


def main():
    client = docker.from_env(timeout=60)
    for step in (system, images, simple_runs, configuration, life, streams, execs, files, networks, volumes, events, pruning):
        print(step.__name__, flush=True)
        step(client)
    client.close()
    low = docker.DockerClient(base_url=os.environ["DOCKER_HOST"], version="1.24")
    assert low.api._version == "1.24" and low.ping()
    low.close()
    print("walked")


if __name__ == "__main__":
    main()
