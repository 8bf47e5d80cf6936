package dev.gantry.engine.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// A plugin in a process of its own, as a maker of plugins would write one: volumes are directories below
/// its own.
/// What it was asked is in its file `calls`; its file `faults` says, by method, how it misbehaves: `hang`,
/// `die`,
/// `close`, `huge`, `long`, `drip`, `status`, or `answer` and the text it answers.
final class SamplePlugin {
    private final Path home;
    private final SampleNetworks network = new SampleNetworks();
    private final Map<String, Map<String, Object>> volumes = new TreeMap<>();
    private final Map<String, TreeSet<String>> mounts = new TreeMap<>();

    private SamplePlugin(Path home) {
        this.home = home;
    }

    /// Arguments: the socket, and the directory.
    public static void main(String[] args) throws IOException {
        var plugin = new SamplePlugin(Path.of(args[1]));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Files.deleteIfExists(Path.of(args[0]));
            server.bind(UnixDomainSocketAddress.of(args[0]));
            while (true) {
                SocketChannel connection = server.accept();
                Thread.startVirtualThread(() -> plugin.serve(connection));
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            InputStream in = Channels.newInputStream(connection);
            OutputStream out = Channels.newOutputStream(connection);
            String method = line(in).split(" ")[1].substring(1);
            int length = 0;
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                if (line.startsWith("Content-Length: ")) {
                    length = Integer.parseInt(line.substring("Content-Length: ".length()));
                }
            }
            String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            synchronized (this) {
                Files.writeString(
                        home.resolve("calls"),
                        method + " " + body + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
            String fault = fault(method);
            if (!fault.isEmpty()) {
                misbehave(fault, out);
                return;
            }
            if (method.equals("LogDriver.ReadLogs")) {
                send(out, Files.readAllBytes(log(JsonTree.object(body.getBytes(StandardCharsets.UTF_8)))));
                return;
            }
            Map<String, Object> answer =
                    answer(method, body.isEmpty() ? Map.of() : JsonTree.object(body.getBytes(StandardCharsets.UTF_8)));
            if (answer == null) {
                out.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } else {
                send(out, JsonTree.bytes(answer));
            }
        } catch (IOException | InterruptedException e) {
            // the engine went away
        }
    }

    private String fault(String method) throws IOException {
        Path faults = home.resolve("faults");
        for (String line : Files.exists(faults) ? Files.readAllLines(faults) : List.<String>of()) {
            if (line.startsWith(method + " ")) {
                return line.substring(method.length() + 1);
            }
        }
        return "";
    }

    private static void misbehave(String fault, OutputStream out) throws IOException, InterruptedException {
        switch (fault.split(" ")[0]) {
            case "hang" -> Thread.sleep(Long.MAX_VALUE);
            case "die" -> Runtime.getRuntime().halt(1);
            case "close" -> {}
            case "huge" -> {
                out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                byte[] blanks = " ".repeat(65_536).getBytes(StandardCharsets.US_ASCII);
                while (true) {
                    out.write(blanks);
                }
            }
            case "long" ->
                out.write(
                        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
            case "drip" -> {
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
                while (true) {
                    out.write(' ');
                    Thread.sleep(20);
                }
            }
            case "status" -> out.write("HTTP/1.1 500 Broken\r\n\r\n{}".getBytes(StandardCharsets.US_ASCII));
            case "noise" -> out.write("SSH-2.0-sample\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            case "negative" ->
                out.write("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}".getBytes(StandardCharsets.US_ASCII));
            case "answer" -> send(out, fault.substring("answer ".length()).getBytes(StandardCharsets.UTF_8));
            default -> throw new IllegalArgumentException(fault);
        }
    }

    private static void send(OutputStream out, byte[] body) throws IOException {
        String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        out.write((head + Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private synchronized Map<String, Object> answer(String method, Map<String, ?> request) throws IOException {
        String name = String.valueOf(request.get("Name"));
        return switch (method) {
            case "Plugin.Activate" ->
                Map.of("Implements", List.of("VolumeDriver", "authz", "NetworkDriver", "IpamDriver", "LogDriver"));
            case "VolumeDriver.Capabilities" -> Map.of("Capabilities", Map.of("Scope", "global"));
            case "VolumeDriver.Create" -> create(name, request);
            case "VolumeDriver.Get" ->
                volumes.containsKey(name) ? Map.of("Volume", shown(name)) : Map.of("Err", "no such volume: " + name);
            case "VolumeDriver.List" ->
                Map.of("Volumes", volumes.keySet().stream().map(this::shown).toList());
            case "VolumeDriver.Path" -> Map.of("Mountpoint", place(name).toString());
            case "VolumeDriver.Mount" -> {
                mounts.get(name).add(String.valueOf(request.get("ID")));
                yield Map.of("Mountpoint", place(name).toString());
            }
            case "VolumeDriver.Unmount" ->
                mounts.getOrDefault(name, new TreeSet<>()).remove(String.valueOf(request.get("ID")))
                        ? Map.of()
                        : Map.of("Err", "not mounted");
            case "VolumeDriver.Remove" -> remove(name);
            case "LogDriver.Capabilities" -> Map.of("Cap", Map.of("ReadLogs", true));
            case "LogDriver.StartLogging" -> keep(request);
            case "LogDriver.StopLogging" -> Map.of();
            case "AuthZPlugin.AuthZReq", "AuthZPlugin.AuthZRes" -> Map.of("Allow", true);
            default -> network.answer(method, request);
        };
    }

    /// Records as they come, for each container.
    private Map<String, Object> keep(Map<String, ?> request) {
        Path log = log(request);
        Thread.ofPlatform().daemon().start(() -> {
            try (var in = Files.newInputStream(Path.of(String.valueOf(request.get("File"))));
                    var out = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                in.transferTo(out);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        return Map.of();
    }

    private Path log(Map<String, ?> request) {
        return home.resolve("log-" + ((Map<?, ?>) request.get("Info")).get("ContainerID"));
    }

    private Path place(String name) {
        return home.resolve("volumes").resolve(name);
    }

    private Map<String, Object> create(String name, Map<String, ?> request) throws IOException {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("options", request.get("Opts"));
        volumes.put(name, options);
        mounts.put(name, new TreeSet<>());
        Files.createDirectories(place(name));
        return Map.of();
    }

    private Map<String, Object> shown(String name) {
        return Map.of(
                "Name",
                name,
                "Mountpoint",
                place(name).toString(),
                "CreatedAt",
                "2026-01-02T03:04:05Z",
                "Status",
                volumes.get(name));
    }

    private Map<String, Object> remove(String name) {
        if (!mounts.getOrDefault(name, new TreeSet<>()).isEmpty()) {
            return Map.of("Err", "volume " + name + " is mounted by " + mounts.get(name));
        }
        return volumes.remove(name) == null ? Map.of("Err", "no such volume: " + name) : Map.of();
    }
}
