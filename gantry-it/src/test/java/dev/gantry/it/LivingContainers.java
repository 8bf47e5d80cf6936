package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.container.ContainerInspect;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.UpdateRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Load of a campaign: containers that are paused, changed and checked while the daemon is killed. Afterwards the
/// kernel
/// holds what the daemon says.
final class LivingContainers {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");

    private final Path image;
    private final Queue<String> ids = new ConcurrentLinkedQueue<>();
    private int verified;

    LivingContainers(Path image) {
        this.image = image;
    }

    void one(EngineClient client, Random own) {
        String body = "{\"Image\":\"dir:" + image + "\",\"Cmd\":[\"/bin/sleep\",\"1000\"],"
                + "\"Healthcheck\":{\"Test\":[\"CMD\",\"/bin/true\"],\"Interval\":20000000,\"Retries\":1},"
                + "\"HostConfig\":{\"NetworkMode\":\"none\",\"Memory\":67108864,\"MemorySwap\":-1}}";
        String id = Kills.id(client.raw(Request.post("/containers/create").json(body)));
        ids.add(id);
        client.startContainer(id);
        for (int i = 0; i < 4; i++) {
            client.pauseContainer(id);
            long memory = (32L + own.nextInt(64)) << 20;
            client.updateContainer(
                    id, UpdateRequest.of(HostConfig.builder().memory(memory).build(), null));
            client.unpauseContainer(id);
            client.raw(Request.get("/containers/" + id + "/stats")
                    .with("one-shot", "1")
                    .with("stream", "0"));
        }
    }

    int verified() {
        return verified;
    }

    /// Each goes on, and is removed.
    void verify(EngineClient client) throws IOException {
        for (String id = ids.poll(); id != null; id = ids.poll()) {
            String container = id;
            ContainerInspect found = client.inspectContainer(container);
            if (found.state().running()) {
                assertThat(frozen(found.state().pid()))
                        .as("frozen")
                        .isEqualTo(found.state().paused());
                assertThat(memory(found.state().pid()))
                        .as("limit")
                        .isEqualTo(found.hostConfig().memory());
                if (found.state().paused()) {
                    client.unpauseContainer(container);
                }
                String exec = Kills.id(client.raw(
                        Request.post("/containers/" + container + "/exec").json("{\"Cmd\":[\"/bin/true\"]}")));
                client.raw(Request.post("/exec/" + exec + "/start").json("{\"Detach\":true}"));
                Waiting.until(
                        java.time.Duration.ofSeconds(30),
                        () -> "a check of " + container,
                        () -> "healthy".equals(health(client, container)));
                verified++;
            }
            client.removeContainer(container, true, false, false);
        }
    }

    /// Never called unhealthy: its check never fails.
    private static String health(EngineClient client, String id) {
        var health = client.inspectContainer(id).state().health();
        assertThat(health).isNotNull();
        assertThat(health.status()).isNotEqualTo("unhealthy");
        return health.status();
    }

    private static boolean frozen(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
            if (line.startsWith("0::")) {
                Path group = v2().resolve(line.substring("0::/".length()));
                if (Files.exists(group.resolve("cgroup.events"))) {
                    return Files.readString(group.resolve("cgroup.events")).contains("frozen 1");
                }
            }
        }
        return Files.readString(
                        GROUPS.resolve("freezer").resolve(of(pid, "freezer")).resolve("freezer.state"))
                .contains("FROZEN");
    }

    private static long memory(long pid) throws IOException {
        Path v1 = GROUPS.resolve("memory").resolve(of(pid, "memory")).resolve("memory.limit_in_bytes");
        Path file = Files.exists(v1) ? v1 : v2().resolve(of(pid, "")).resolve("memory.max");
        return Long.parseLong(Files.readString(file).strip());
    }

    private static Path v2() {
        return Files.exists(GROUPS.resolve("unified")) ? GROUPS.resolve("unified") : GROUPS;
    }

    private static String of(long pid, String controller) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts[1].equals(controller)) {
                return parts[2].substring(1);
            }
        }
        return "none";
    }
}
