package dev.gantry.daemon.client;

import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.SocketDialer;
import dev.gantry.api.container.ContainerConfig;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.ExecConfig;
import dev.gantry.api.container.ExecStart;
import dev.gantry.api.container.HostConfig;
import java.io.IOException;
import java.util.List;

/// What gantryd's AOT cache is trained on: many short containers, so that the cache holds profiles of what is
/// hot, and a fresh daemon compiles it early and once. Run at build time: `DaemonTraining SOCKET IMAGE`.
final class DaemonTraining {
    private static final int CONTAINERS = 300;
    private static final int EXECS = 50;

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
        }
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
