#!/usr/bin/env python3
"""A network and address plugin of Docker's protocol, as its maker would write one: networks are bridges, endpoints
veth pairs. Arguments: its socket, and a directory. There `calls` is what it was asked, `state` what it holds, and
`faults` says by method how it misbehaves: `hang`, `die`, `close`, `error TEXT`, `answer JSON`, `noise`, and `after`: it does as asked and dies before it says so."""
import http.server, ipaddress, json, os, socketserver, subprocess, sys, threading, time

SOCKET, HOME = sys.argv[1], sys.argv[2]
LOCK = threading.Lock()
NETWORKS, ENDPOINTS, POOLS = {}, {}, {}


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def bridge(network):
    return "smp" + network[:8]


class Refusal(Exception):
    pass


def activate(_):
    return {"Implements": ["NetworkDriver", "IpamDriver"]}


def capabilities(_):
    return {"Scope": "local", "ConnectivityScope": "local"}


def create_network(r):
    NETWORKS[r["NetworkID"]] = r
    ip("link", "add", bridge(r["NetworkID"]), "type", "bridge")
    for data in r["IPv4Data"]:
        if data.get("Gateway"):
            ip("addr", "add", data["Gateway"], "dev", bridge(r["NetworkID"]))
    ip("link", "set", bridge(r["NetworkID"]), "up")
    return {}


def delete_network(r):
    if r["NetworkID"] not in NETWORKS:
        raise Refusal("no such network")
    if [e for e in ENDPOINTS.values() if e["NetworkID"] == r["NetworkID"]]:
        raise Refusal("the network has endpoints")
    ip("link", "delete", bridge(r["NetworkID"]))
    del NETWORKS[r["NetworkID"]]
    return {}


def create_endpoint(r):
    if r["NetworkID"] not in NETWORKS:
        raise Refusal("no such network")
    ENDPOINTS[r["EndpointID"]] = r
    if r["Interface"]["MacAddress"]:
        return {"Interface": {}}
    return {"Interface": {"MacAddress": "02:5a:" + ":".join(r["EndpointID"][i:i + 2] for i in (0, 2, 4, 6))}}


def need(r):
    if r["EndpointID"] not in ENDPOINTS:
        raise Refusal("no such endpoint")
    return ENDPOINTS[r["EndpointID"]]


def delete_endpoint(r):
    if need(r).get("sandbox"):
        raise Refusal("the endpoint is joined")
    del ENDPOINTS[r["EndpointID"]]
    return {}


def join(r):
    e = need(r)
    # A path that leads to a network namespace, now.
    if not os.readlink(r["SandboxKey"]).startswith("net:["):
        raise Refusal("the sandbox key is no network namespace")
    e["sandbox"] = r["SandboxKey"]
    inner, outer = "s" + r["EndpointID"][:8], "p" + r["EndpointID"][:8]
    ip("link", "add", inner, "type", "veth", "peer", "name", outer)
    ip("link", "set", outer, "master", bridge(r["NetworkID"]), "up")
    pool = NETWORKS[r["NetworkID"]]["IPv4Data"][0]
    gateway = pool.get("Gateway", "").split("/")[0]
    return {
        "InterfaceName": {"SrcName": inner, "DstPrefix": "smp"},
        "Gateway": gateway,
        "StaticRoutes": [{"Destination": "10.5.0.0/16", "RouteType": 0, "NextHop": gateway}] if gateway else [],
    }


def leave(r):
    e = need(r)
    if not e.pop("sandbox", None):
        raise Refusal("the endpoint is not joined")
    outer = "p" + r["EndpointID"][:8]
    if os.path.exists("/sys/class/net/" + outer):
        subprocess.run(["ip", "link", "delete", outer], capture_output=True)
    return {}


def publish(r):
    need(r)["ports"] = r["Options"]["com.docker.network.portmap"]
    return {}


def revoke(r):
    need(r).pop("ports", None)
    return {}


def request_pool(r):
    if r["V6"]:
        raise Refusal("IPv4 only")
    subnet = r["Pool"] or "10.%d.9.0/24" % (200 + len(POOLS))
    name = "pool-" + subnet
    POOLS[name] = {"subnet": subnet, "used": []}
    return {"PoolID": name, "Pool": subnet, "Data": {}}


def release_pool(r):
    if POOLS[r["PoolID"]]["used"]:
        raise Refusal("the pool has addresses in use: %s" % POOLS[r["PoolID"]]["used"])
    del POOLS[r["PoolID"]]
    return {}


def request_address(r):
    pool = POOLS[r["PoolID"]]
    subnet = ipaddress.ip_network(pool["subnet"])
    if r["Address"]:
        if r["Address"] in pool["used"]:
            raise Refusal("the address is in use")
        address = r["Address"]
    else:
        address = next(str(a) for a in subnet.hosts() if str(a) not in pool["used"])
    pool["used"].append(address)
    return {"Address": "%s/%d" % (address, subnet.prefixlen), "Data": {}}


def release_address(r):
    POOLS[r["PoolID"]]["used"].remove(r["Address"])
    return {}


METHODS = {
    "Plugin.Activate": activate,
    "NetworkDriver.GetCapabilities": capabilities,
    "NetworkDriver.CreateNetwork": create_network,
    "NetworkDriver.DeleteNetwork": delete_network,
    "NetworkDriver.CreateEndpoint": create_endpoint,
    "NetworkDriver.DeleteEndpoint": delete_endpoint,
    "NetworkDriver.EndpointOperInfo": lambda r: {"Value": {"seen": "yes"}} if need(r) else {},
    "NetworkDriver.Join": join,
    "NetworkDriver.Leave": leave,
    "NetworkDriver.ProgramExternalConnectivity": publish,
    "NetworkDriver.RevokeExternalConnectivity": revoke,
    "IpamDriver.GetCapabilities": lambda _: {"RequiresMACAddress": False, "RequiresRequestReplay": False},
    "IpamDriver.GetDefaultAddressSpaces": lambda _: {
        "LocalDefaultAddressSpace": "SampleLocal", "GlobalDefaultAddressSpace": "SampleGlobal"},
    "IpamDriver.RequestPool": request_pool,
    "IpamDriver.ReleasePool": release_pool,
    "IpamDriver.RequestAddress": request_address,
    "IpamDriver.ReleaseAddress": release_address,
}


def fault(method):
    try:
        with open(HOME + "/faults") as faults:
            for line in faults:
                name, _, what = line.strip().partition(" ")
                if name == method:
                    return what
    except FileNotFoundError:
        pass
    return ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        method = self.path[1:]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with LOCK, open(HOME + "/calls", "a") as calls:
            calls.write(method + " " + body.decode() + "\n")
        what = fault(method)
        kind, _, text = what.partition(" ")
        if kind == "hang":
            time.sleep(100000)
        elif kind == "die":
            os._exit(1)
        elif kind == "close":
            self.close_connection = True
            return
        elif kind == "noise":
            self.wfile.write(b"SSH-2.0-sample\r\n\r\n")
            self.close_connection = True
            return
        elif kind == "error":
            return self.send({"Err": text})
        elif kind == "answer":
            return self.send(json.loads(text))
        with LOCK:
            try:
                answer = METHODS[method](json.loads(body or b"{}")) if method in METHODS else None
            except Refusal as e:
                answer = {"Err": str(e), "Error": str(e)}
            except Exception as e:
                answer = {"Err": repr(e), "Error": repr(e)}
            with open(HOME + "/state.new", "w") as state:
                json.dump({"networks": NETWORKS, "endpoints": ENDPOINTS, "pools": POOLS}, state)
            os.rename(HOME + "/state.new", HOME + "/state")
            if kind == "after":  # it did as asked, and died before it said so
                os._exit(1)
        self.send(answer, 404 if answer is None else 200)

    def send(self, answer, status=200):
        text = json.dumps(answer or {}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.docker.plugins.v1.2+json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def get_request(self):
        connection, _ = super().get_request()
        return connection, ("plugin", 0)


def remember():
    """What it held when it died: a plugin keeps that itself."""
    try:
        with open(HOME + "/state") as state:
            held = json.load(state)
        NETWORKS.update(held["networks"]), ENDPOINTS.update(held["endpoints"]), POOLS.update(held["pools"])
    except FileNotFoundError:
        pass


if os.path.exists(SOCKET):
    os.unlink(SOCKET)
remember()
Server(SOCKET, Handler).serve_forever()
