#!/usr/bin/env python3
"""An authorization plugin. Arguments: its socket, and a directory. There `calls` is what it was asked, a JSON object in
each line with the bodies as text; `rules` is a JSON list of rules, the first of which that fits counts: `phase` (Req or
Res), `uri` and `body` (regular expressions), `do` (deny, hang, error, nonsense) and `msg`. Everything else is allowed."""
import base64, http.server, json, os, re, socketserver, sys, threading, time

SOCKET, HOME = sys.argv[1], sys.argv[2]
LOCK = threading.Lock()


def text(value):
    return base64.b64decode(value or "").decode(errors="replace")


def rule(phase, asked):
    try:
        with open(HOME + "/rules") as rules:
            for r in json.load(rules):
                body = asked["body"] if phase == "Req" else asked["answer"]
                if r["phase"] == phase and re.search(r["uri"], asked["uri"]) and re.search(r.get("body", ""), body):
                    return r
    except FileNotFoundError:
        pass
    return {"do": "allow"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/Plugin.Activate":
            return self.send({"Implements": ["authz"]})
        r = json.loads(body)
        phase = self.path[-3:]
        asked = {"phase": phase, "method": r["RequestMethod"], "uri": r["RequestUri"], "body": text(r.get("RequestBody")),
                 "status": r.get("ResponseStatusCode", 0), "answer": text(r.get("ResponseBody"))}
        with LOCK, open(HOME + "/calls", "a") as calls:
            calls.write(json.dumps(asked) + "\n")
        decision = rule(phase, asked)
        if decision["do"] == "hang":
            time.sleep(100000)
        elif decision["do"] == "deny":
            self.send({"Allow": False, "Msg": decision["msg"]})
        elif decision["do"] == "error":
            self.send({"Allow": True, "Err": decision["msg"]})
        elif decision["do"] == "nonsense":
            self.send({"Allow": "yes"})
        else:
            self.send({"Allow": True})

    def send(self, answer):
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def get_request(self):
        connection, _ = super().get_request()
        return connection, ("plugin", 0)


# One that starts again takes over the name: nobody finds nothing there.
if os.path.exists(SOCKET + ".new"):
    os.unlink(SOCKET + ".new")
server = Server(SOCKET + ".new", Handler)
os.rename(SOCKET + ".new", SOCKET)
server.serve_forever()
