#!/usr/bin/env python3
"""Asks a dockerd for every container of the table of create and start failures, and prints the table anew.

    scripts/failure_table.py /run/docker.sock busybox:latest > gantry-it/src/test/resources/dev/gantry/it/create-failures.tsv

The first column says what is asked for beside {"Image": IMAGE, "Cmd": ["true"], "HostConfig": {"NetworkMode": "none"}}:
fields of HostConfig, and with a leading underscore others. The second is the step that fails, or `runs`; then the status and
the words, without ids, or the warnings."""
import http.client
import json
import os
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, '../gantry-it/src/test/resources/dev/gantry/it/create-failures.tsv')


class Engine(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('engine')
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def ask(path, method, target, body=None):
    engine = Engine(path)
    engine.request(method, target, None if body is None else json.dumps(body), {'Content-Type': 'application/json'})
    answer = engine.getresponse()
    text = answer.read().decode()
    return answer.status, json.loads(text) if text.startswith('{') else {}


def outcome(path, image, asked):
    body = {'Image': image, 'Cmd': ['true'], 'HostConfig': {'NetworkMode': 'none'}}
    for key, value in asked.items():
        if key.startswith('_'):
            body[key[1:]] = value
        else:
            body['HostConfig'][key] = value
    status, made = ask(path, 'POST', '/v1.41/containers/create', body)
    if status != 201:
        return 'create', status, made.get('message', '')
    identity = made['Id']
    status, failed = ask(path, 'POST', '/v1.41/containers/%s/start' % identity)
    ask(path, 'DELETE', '/v1.41/containers/%s?force=1' % identity)
    if status >= 400:
        return 'start', status, failed.get('message', '').replace(identity, 'ID')
    return 'runs', status, ' '.join(made.get('Warnings') or [])


def main():
    path, image = sys.argv[1:3]
    with open(TABLE) as table:
        rows = [line.rstrip('\n').split('\t') for line in table]
    print('\t'.join(rows[0]))
    for row in rows[1:]:
        step, status, words = outcome(path, image, json.loads(row[0]))
        print('\t'.join([row[0], step, str(status), words.replace('\n', ' ').replace('\t', ' ')]))


main()
