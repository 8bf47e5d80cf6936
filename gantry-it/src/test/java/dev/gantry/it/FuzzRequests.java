package dev.gantry.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/// Requests of the whole Engine API which are almost right, as the bytes that go over the wire.
final class FuzzRequests {
    /// Values that parameters, ids and headers have.
    private static final List<String> ODD = List.of(
            "",
            "0",
            "1",
            "-1",
            "true",
            "false",
            "all",
            "99999999999999999999",
            "1.5",
            "1e9",
            "nan",
            "null",
            "box",
            "still",
            "net",
            "vol",
            "busybox:it",
            "busybox",
            "nosuch",
            "..",
            "../..",
            "/",
            "/etc",
            "a/b",
            "%00",
            "%0a",
            "%",
            "%zz",
            "%2e%2e%2f",
            "%ff%fe",
            "%F0%9F%90%B3",
            "[]",
            "{}",
            "{\"a\":1}",
            "{\"label\":[\"a=b\"]}",
            "{\"label\":{\"a\":true}}",
            "{\"until\":[\"x\"]}",
            "{\"status\":[\"running\",\"\"]}",
            "{\"name\":[\"(\"]}",
            "{\"id\":[\"*\"]}",
            "{\"before\":[\"nosuch\"]}",
            "{\"x\":{\"y\":{}}}",
            "SIGKILL",
            "SIGWHAT",
            "-9",
            "9",
            "999",
            "ctrl-",
            "ctrl-@,a",
            "2020-01-01",
            "2020-13-41T99:99:99Z",
            "1.999999999999",
            "-5m",
            "1h30m",
            "linux/amd64",
            "linux/amd64/v8/x",
            "/",
            "windows",
            "sha256:00",
            "sha256:" + "a".repeat(64),
            "a".repeat(64),
            "A".repeat(5000),
            "registry.invalid/a:b",
            "a:b:c",
            "UPPER",
            "-dash",
            "stdout",
            "next-exit",
            "not-running",
            "removed");

    /// Those of all routes, in one table: a parameter that does not belong is one more odd thing.
    private static final List<String> PARAMETERS = List.of(
            "all",
            "limit",
            "size",
            "filters",
            "name",
            "platform",
            "signal",
            "t",
            "h",
            "w",
            "detachKeys",
            "logs",
            "stream",
            "stdin",
            "stdout",
            "stderr",
            "follow",
            "since",
            "until",
            "timestamps",
            "tail",
            "details",
            "condition",
            "v",
            "link",
            "force",
            "path",
            "noOverwriteDirNonDir",
            "copyUIDGID",
            "container",
            "repo",
            "tag",
            "comment",
            "author",
            "pause",
            "changes",
            "fromImage",
            "fromSrc",
            "message",
            "names",
            "noprune",
            "quiet",
            "digests",
            "shared-size",
            "manifests",
            "term",
            "verbose",
            "scope",
            "type",
            "dangling",
            "remote",
            "timeout",
            "one-shot",
            "ps_args",
            "checkpoint",
            "checkpoint-dir",
            "opt",
            "from",
            "dir");

    private static final List<String> AUTHS =
            List.of("", "{}", "null", "[]", "x", "{\"username\":5}", "{\"auth\":\"!\"}");

    /// What goes over the wire, and how.
    ///
    /// @param told what it is, for messages
    /// @param ends the client says at once that it sends no more
    /// @param torn it may break off before its head is whole: then it may be left without an answer
    record Raw(String told, byte[] bytes, boolean ends, boolean torn) {}

    private final List<String> routes;
    private final Random random;

    FuzzRequests(List<String> routes, Random random) {
        this.routes = routes;
        this.random = random;
    }

    Raw next() throws IOException {
        // What a container is to be has the most ways to be wrong.
        String route = odds(4) ? "POST /containers/create" : any(routes);
        String method = route.substring(0, route.indexOf(' '));
        String pattern = route.substring(route.indexOf(' ') + 1);
        String target = version() + subject(pattern) + query();
        boolean archive = pattern.endsWith("/archive")
                || pattern.endsWith("/load")
                || pattern.endsWith("/build")
                || pattern.equals("/plugins/create")
                || pattern.equals("/images/create")
                || pattern.startsWith("/volumes/") && pattern.endsWith("restore");
        byte[] body = switch (method) {
            case "GET", "HEAD", "DELETE" -> random.nextInt(10) == 0 ? FuzzBodies.json(pattern, random) : new byte[0];
            default -> archive && random.nextInt(5) > 0 ? FuzzBodies.tar(random) : FuzzBodies.json(pattern, random);
        };
        return raw(odds(30) ? method.toLowerCase(java.util.Locale.ROOT) : method, target, archive, body);
    }

    private boolean odds(int one) {
        return random.nextInt(one) == 0;
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String version() {
        return switch (random.nextInt(12)) {
            case 0 -> "";
            case 1 -> "/v1.24";
            case 2 -> "/v1." + random.nextInt(60);
            case 3 -> any(List.of("/v1.050", "/v1", "/v2.0", "/v", "/v1.99999", "/v1.44/v1.44", "//", "/v1.-1"));
            default -> "/v1.50";
        };
    }

    private String subject(String pattern) {
        String usual = pattern.startsWith("/containers")
                ? any(List.of("box", "still"))
                : pattern.startsWith("/networks")
                        ? "net"
                        : pattern.startsWith("/volumes")
                                ? "vol"
                                : pattern.startsWith("/images") ? "busybox:it" : "exec0";
        String text = pattern;
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{')) {
            String value = random.nextInt(3) > 0
                    ? usual
                    : any(ODD).replace('{', '(')
                            .replace('}', ')')
                            .replace(" ", "%20")
                            .replace("\"", "%22");
            text = text.substring(0, open) + value + text.substring(text.indexOf('}') + 1);
        }
        return text;
    }

    private String query() {
        StringBuilder all = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            all.append(all.isEmpty() ? '?' : '&').append(any(PARAMETERS));
            if (!odds(10)) {
                String value = any(ODD);
                all.append('=')
                        .append(
                                odds(3)
                                        ? value.replace(' ', '+')
                                        : java.net.URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        return all.toString();
    }

    private Raw raw(String method, String target, boolean archive, byte[] body) throws IOException {
        List<String> head = new ArrayList<>();
        String line = method + " " + target + " HTTP/1." + (odds(20) ? random.nextInt(3) : 1);
        head.add(line);
        if (!odds(40)) {
            head.add("Host: " + (odds(20) ? any(ODD) : "d"));
        }
        head.add("Connection: "
                + (odds(6) ? "Upgrade\r\nUpgrade: " + any(List.of("tcp", "websocket", "h2c", "x")) : "close"));
        if (odds(8)) {
            head.add("X-Registry-Auth: "
                    + Base64.getUrlEncoder().encodeToString(any(AUTHS).getBytes(StandardCharsets.UTF_8))
                    + (odds(3) ? "!" : ""));
        }
        if (odds(10)) {
            head.add("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                    + any(List.of("dGhlIHNhbXBsZSBub25jZQ==", "x", "")));
        }
        if (odds(20)) {
            head.add("Expect: 100-continue");
        }
        if (odds(25)) {
            head.add(any(List.of(
                    "X\u0000: y",
                    ": y",
                    "X : y",
                    "X: " + "y".repeat(random.nextInt(200_000)),
                    "X: y\n z",
                    "\u00ff: y",
                    "Content-Length: -1",
                    "Content-Length: 5, 6",
                    "Transfer-Encoding: gzip",
                    "Host: second")));
        }
        if (body.length > 0 || odds(8)) {
            head.add("Content-Type: "
                    + (odds(8)
                            ? any(List.of(
                                    "text/plain", "", "application/json; charset=utf-16", ";", "application/x-tar"))
                            : archive ? "application/x-tar" : "application/json"));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] framed = body;
        if (odds(4) && body.length > 0) {
            head.add("Transfer-Encoding: chunked");
            framed = chunks(body);
        } else if (body.length > 0 || !odds(3)) {
            int lie = odds(15) ? random.nextInt(100) - 50 : 0;
            head.add("Content-Length: " + Math.max(0, body.length + lie));
        }
        out.writeBytes((String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(framed);
        boolean torn = odds(30);
        return new Raw(
                line + " " + new String(body, 0, Math.min(600, body.length), StandardCharsets.ISO_8859_1),
                torn ? FuzzBodies.torn(out.toByteArray(), random) : out.toByteArray(),
                !odds(3),
                torn);
    }

    /// Some sizes are wrong, and some ends are missing.
    private byte[] chunks(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < body.length; ) {
            int size = Math.min(body.length - at, 1 + random.nextInt(2000));
            String stated = switch (random.nextInt(25)) {
                case 0 -> "zz";
                case 1 -> "-1";
                case 2 -> "ffffffffffffffff";
                case 3 -> Integer.toHexString(size + 1);
                case 4 -> "0" + Integer.toHexString(size) + ";x=" + "y".repeat(random.nextInt(3000));
                default -> Integer.toHexString(size);
            };
            out.writeBytes((stated + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(body, at, size);
            out.writeBytes((odds(25) ? "\n" : "\r\n").getBytes(StandardCharsets.US_ASCII));
            at += size;
        }
        if (!odds(20)) {
            out.writeBytes((odds(20) ? "0\r\nX\u0000y\r\n\r\n" : "0\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        return out.toByteArray();
    }
}
