package dev.gantry.daemon.client;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.SocketDialer;
import dev.gantry.cli.Engines;
import dev.gantry.cli.Extras;
import dev.gantry.cli.Gantry;
import dev.gantry.cli.context.Endpoint;
import dev.gantry.daemon.migrate.DockerMigration;
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
import java.util.List;

/// What the client's AOT cache is trained on: commands against a socket that answers from a script. Run at build time.
final class Training {
    private static final String CONTAINER = """
            {"Id":"0f2d8c0e1f00aa11bb22cc33dd44ee550f2d8c0e1f00aa11bb22cc33dd44ee55","Names":["/web-1"],"Image":"debian",\
            "ImageID":"sha256:00","Command":"sleep 1000","Created":1700000000,"Ports":[],"Labels":{"a":"b"},\
            "State":"running","Status":"Up 5 minutes","HostConfig":{"NetworkMode":"none"},\
            "NetworkSettings":{"Networks":{}},"Mounts":[]}""";

    private Training() {}

    public static void main(String[] args) throws IOException {
        Path dir = Files.createTempDirectory("gantry-train");
        Path socket = dir.resolve("s");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofPlatform().daemon().start(() -> serve(listener));
            ProcessCaller caller = new ProcessCaller();
            Engines engines = new Engines() {
                @Override
                public Dialer at(Endpoint endpoint) {
                    return Dialers.to(endpoint);
                }

                @Override
                public Dialer local() {
                    return new SocketDialer(new EngineAddress.Unix(socket.toString()));
                }
            };
            Gantry gantry = new Gantry(
                    caller,
                    new Extras(engines, new RuntimeExplainer(), Installations.ofThisClient(), new DockerMigration()));
            for (List<String> line : List.of(
                    List.of("ps"),
                    List.of("ps", "-a", "--format", "{{.Names}}: {{.Status}}"),
                    List.of("images"),
                    List.of("run", "--rm", "-e", "A=b", "--memory", "32m", "debian", "true"),
                    List.of("exec", "web-1", "true"),
                    List.of("version"))) {
                gantry.run(line);
            }
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(dir);
        }
    }

    private static void serve(ServerSocketChannel listener) {
        while (listener.isOpen()) {
            try {
                SocketChannel channel = listener.accept();
                Thread.ofPlatform().daemon().start(() -> {
                    try (channel) {
                        answerAll(channel);
                    } catch (IOException _) {
                        // The client left.
                    }
                });
            } catch (IOException _) {
                return;
            }
        }
    }

    private static void answerAll(SocketChannel channel) throws IOException {
        InputStream in = Channels.newInputStream(channel);
        OutputStream out = Channels.newOutputStream(channel);
        StringBuilder head = new StringBuilder();
        int c;
        while ((c = in.read()) >= 0) {
            head.append((char) c);
            if (head.indexOf("\r\n\r\n") < 0) {
                continue;
            }
            String text = head.toString();
            head.setLength(0);
            int length = text.indexOf("Content-Length: ");
            if (length >= 0) {
                in.readNBytes(Integer.parseInt(text.substring(length + 16, text.indexOf('\r', length))));
            }
            boolean takeover = text.contains("Upgrade: tcp");
            out.write(answer(text, takeover).getBytes(StandardCharsets.UTF_8));
            if (takeover) {
                out.write(new byte[] {1, 0, 0, 0, 0, 0, 0, 1, '\n'});
                return;
            }
        }
    }

    private static String answer(String head, boolean takeover) {
        if (takeover) {
            return "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
        }
        String target = head.substring(head.indexOf(' ') + 1, head.indexOf(" HTTP"));
        if (target.endsWith("/start")) {
            return "HTTP/1.1 204 No Content\r\n\r\n";
        }
        String body = "{}";
        if (target.startsWith("/containers/json")) {
            body = "[" + CONTAINER + "]";
        } else if (target.startsWith("/images/json")) {
            body =
                    "[{\"Id\":\"sha256:00\",\"RepoTags\":[\"debian:latest\"],\"RepoDigests\":[],\"Created\":1,\"Size\":1}]";
        } else if (target.contains("/wait")) {
            body = "{\"StatusCode\":0}";
        } else if (target.startsWith("/containers/create") || target.endsWith("/exec")) {
            body = "{\"Id\":\"00\",\"Warnings\":[]}";
        }
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }
}
