package dev.gantry.daemon.client;

import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.SocketDialer;
import dev.gantry.api.container.ContainerConfig;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.ExecConfig;
import dev.gantry.api.container.ExecStart;
import dev.gantry.api.container.HostConfig;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What gantryd's AOT cache is trained on: many short containers and builds, so that the cache holds profiles of what
/// is
/// hot, and a fresh daemon compiles it early and once. Run at build time: `DaemonTraining SOCKET IMAGE`.
final class DaemonTraining {
    private static final int CONTAINERS = 300;
    private static final int EXECS = 50;
    private static final int BUILDS = 25;
    private static final int REBUILDS = 150;

    private DaemonTraining() {}

    public static void main(String[] args) throws IOException {
        CreateRequest request = request(args[1], "true");
        try (var client = new EngineClient(new SocketDialer(new EngineAddress.Unix(args[0])))) {
            for (int i = 0; i < CONTAINERS; i++) {
                String id = client.createContainer("", "", request).id();
                client.startContainer(id);
                client.waitContainer(id, "not-running").await();
                client.inspectContainer(id);
                client.removeContainer(id, false, false, false);
            }
            String id = client.createContainer("", "", request("dir:/", "sleep", "1000"))
                    .id();
            client.startContainer(id);
            for (int i = 0; i < EXECS; i++) {
                var config = ExecConfig.builder().cmd(List.of("true")).build();
                String exec = client.createExec(id, config);
                client.startExecDetached(exec, new ExecStart(true, false, null));
            }
            client.removeContainer(id, true, false, false);
            for (int i = 0; i < BUILDS; i++) {
                build(client, args[1], i);
            }
            for (int i = 0; i < REBUILDS; i++) {
                build(client, args[1], 0);
            }
        }
    }

    /// A build of each kind of step.
    private static void build(EngineClient client, String image, int number) throws IOException {
        String dockerfile = """
                FROM %s
                LABEL number=%d
                WORKDIR /app
                COPY . .
                RUN ["true", "%d"]
                RUN ["true", "again"]
                CMD ["true"]
                """.formatted(image, number, number);
        var context = new ByteArrayOutputStream();
        var tar = new TarWriter(context);
        add(tar, "Dockerfile", dockerfile);
        for (int i = 0; i < 20; i++) {
            add(tar, "directory/file-" + i, "content " + (number + i));
        }
        tar.finish();
        client.raw(Request.post("/build").with("t", "train-built").with("networkmode", "none").stream(
                new ByteArrayInputStream(context.toByteArray()), "application/x-tar"));
    }

    private static void add(TarWriter tar, String path, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var entry = new TarEntry(
                TarEntry.Type.FILE,
                path,
                "",
                0644,
                0,
                0,
                bytes.length,
                Instant.EPOCH,
                0,
                0,
                Map.of(),
                false,
                List.of());
        tar.write(entry, new ByteArrayInputStream(bytes));
    }

    private static CreateRequest request(String image, String... command) {
        return CreateRequest.of(
                ContainerConfig.builder().image(image).cmd(List.of(command)).build(),
                HostConfig.builder()
                        .networkMode("none")
                        .memory(256L << 20)
                        .pidsLimit(512L)
                        .build());
    }
}
