package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Multiplexed;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.api.container.ContainerInspect;
import dev.gantry.base.GantryException;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.content.StoreCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Kills gantryd at random moments while it runs, executes, imports, loads and removes, starts it again, and holds it
/// to
/// its word: what was acknowledged is there and runs, what was removed is gone, every exit code is right, no log byte
/// is
/// missing, the store's bytes are what their names say.
final class KillCampaign {
    /// A container as its user knows it: `acknowledged` says whether the engine answered the start.
    private record Run(String id, int lines, int code, boolean acknowledged) {}

    private final Path image;
    private final CampaignImages images;
    private final DaemonProcess daemon;
    private final Random random;
    private final Queue<Run> runs = new ConcurrentLinkedQueue<>();
    private final Queue<Run> passing = new ConcurrentLinkedQueue<>();
    private final Kills kills;
    private final LivingContainers living;
    private int settled;

    KillCampaign(Path directory, DaemonProcess daemon, long seed) throws IOException {
        this.image = Rootfs.busybox(directory.resolve("image"));
        this.daemon = daemon;
        try (EngineClient client = daemon.client()) {
            this.images = new CampaignImages(image, directory, client);
        }
        this.living = new LivingContainers(image);
        this.random = new Random(seed);
        this.kills = new Kills(daemon, random);
    }

    /// `kills` times: load, wait a random moment, kill, start again, verify.
    void run(int times) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            int answers = random.nextInt(8);
            boolean first = i == 0;
            kills.one(
                    List.of(
                            this::containers,
                            this::containers,
                            this::executions,
                            this::passingContainers,
                            living::one,
                            images::importOne,
                            images::removeAndLoad),
                    () -> answers + " starts",
                    () -> runs.size() >= answers && (!first || (images.answered() && !passing.isEmpty())),
                    Duration.ofMillis(60));
            daemon.startAgain();
            verify();
        }
        assertThat(settled).as("containers whose end was verified").isGreaterThan(times);
    }

    int settled() {
        return settled;
    }

    private void containers(EngineClient client, Random own) {
        int lines = 1 + own.nextInt(3000);
        int code = own.nextInt(100);
        String pause = own.nextBoolean() ? "sleep 0." + own.nextInt(9) + ";" : "";
        String script = "i=0; while [ $i -lt " + lines / 2 + " ]; do echo line $i; i=$((i+1)); done;" + pause
                + "while [ $i -lt " + lines + " ]; do echo line $i; i=$((i+1)); done; exit " + code;
        String id = create(client, "[\"/bin/sh\",\"-c\",\"" + script + "\"]");
        try {
            client.startContainer(id);
            runs.add(new Run(id, lines, code, true));
        } catch (GantryException e) {
            runs.add(new Run(id, lines, code, false));
            throw e;
        }
    }

    private void executions(EngineClient client, Random own) throws IOException {
        String id = create(client, "[\"/bin/sleep\",\"3\"]");
        try {
            client.startContainer(id);
        } finally {
            runs.add(new Run(id, 0, 0, false));
        }
        for (int i = 0; i < 5; i++) {
            int code = own.nextInt(100);
            String body = "{\"AttachStdout\":true,\"Cmd\":[\"/bin/sh\",\"-c\",\"echo said; exit " + code + "\"]}";
            String made = client.raw(Request.post("/containers/" + id + "/exec").json(body));
            String exec = Kills.id(made);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (Response answer = client.http()
                    .ask(Request.post("/exec/" + exec + "/start").json("{\"Detach\":false,\"Tty\":false}"))) {
                Multiplexed.copy(answer.body(), out, OutputStream.nullOutputStream());
            }
            if (client.inspectExec(exec).exitCode() instanceof Integer ended) {
                assertThat(ended).as("exit code of an exec").isEqualTo(code);
                assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("said\n");
            }
        }
    }

    /// As with `run --rm`.
    private void passingContainers(EngineClient client, Random own) {
        String script = "sleep 0." + own.nextInt(10) + "; exit " + own.nextInt(100);
        String id = create(client, "dir:" + image, "[\"/bin/sh\",\"-c\",\"" + script + "\"]", true);
        try {
            client.startContainer(id);
            passing.add(new Run(id, 0, 0, true));
        } catch (GantryException e) {
            passing.add(new Run(id, 0, 0, false));
            throw e;
        }
    }

    private String create(EngineClient client, String command) {
        return create(client, "dir:" + image, command, false);
    }

    private static String create(EngineClient client, String from, String command, boolean autoRemove) {
        String body = "{\"Image\":\"" + from + "\",\"Cmd\":" + command
                + ",\"HostConfig\":{\"NetworkMode\":\"none\",\"Memory\":67108864,\"PidsLimit\":64,\"AutoRemove\":"
                + autoRemove + "}}";
        return Kills.id(client.raw(Request.post("/containers/create").json(body)));
    }

    private void verify() throws IOException {
        try (EngineClient client = daemon.client()) {
            for (Run run = runs.poll(); run != null; run = runs.poll()) {
                settle(client, run);
            }
            for (Run run = passing.poll(); run != null; run = passing.poll()) {
                passed(client, run);
            }
            living.verify(client);
            for (String name : images.verify(client)) {
                runs(client, name);
            }
        }
        blobsAreWhatTheirNamesSay();
    }

    private void settle(EngineClient client, Run run) throws IOException {
        Waiting.until(Duration.ofSeconds(30), () -> "the end of " + run, () -> {
            String status = client.inspectContainer(run.id).state().status();
            return status.equals("exited") || (status.equals("created") && !run.acknowledged);
        });
        ContainerInspect found = client.inspectContainer(run.id);
        // Nobody was told of this start, and the engine died before it kept what an exec would need: it is ended.
        boolean givenUp =
                !run.acknowledged && found.state().error().contains("the engine died while it was being started");
        if (found.state().status().equals("exited") && !givenUp) {
            assertThat(found.state().exitCode())
                    .as("exit code of %s: %s", run, found.state().error())
                    .isEqualTo(run.code);
            assertThat(logs(client, run.id)).as("log of %s", run).isEqualTo(expected(run.lines));
            settled++;
        }
        client.removeContainer(run.id, true, false, false);
    }

    /// It ended or ends: then it is gone.
    private static void passed(EngineClient client, Run run) {
        Waiting.until(Duration.ofSeconds(30), () -> "the removal of " + run, () -> {
            String status = status(client, run.id);
            return status.isEmpty() || (status.equals("created") && !run.acknowledged);
        });
        if (!status(client, run.id).isEmpty()) {
            client.removeContainer(run.id, true, false, false);
        }
    }

    /// Empty when there is no such container.
    private static String status(EngineClient client, String id) {
        try {
            return client.inspectContainer(id).state().status();
        } catch (EngineError e) {
            if (e.status() == 404) {
                return "";
            }
            throw e;
        }
    }

    private void runs(EngineClient client, String name) throws IOException {
        String id = create(client, name, "[\"/bin/cat\",\"/etc/passwd\"]", false);
        client.startContainer(id);
        Waiting.until(
                Duration.ofSeconds(30),
                () -> "the end of a container of " + name,
                () -> status(client, id).equals("exited"));
        assertThat(client.inspectContainer(id).state().exitCode()).as(name).isZero();
        assertThat(logs(client, id)).as(name).isEqualTo(Files.readString(image.resolve("etc/passwd")));
        client.removeContainer(id, true, false, false);
    }

    private static String expected(int lines) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            all.append("line ").append(i).append('\n');
        }
        return all.toString();
    }

    private static String logs(EngineClient client, String id) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Response answer =
                client.logs(client.logsRequest(id).with("stdout", true).with("stderr", true))) {
            Multiplexed.copy(answer.body(), out, out);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private void blobsAreWhatTheirNamesSay() {
        StoreCheck.Result check =
                StoreCheck.run(new DiskContentStore(daemon.data().resolve("content")), 2);
        assertThat(check.damages()).isEmpty();
        assertThat(check.blobs()).isPositive();
    }
}
