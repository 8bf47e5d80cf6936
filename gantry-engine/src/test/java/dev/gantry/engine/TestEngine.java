package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.AttachRequest;
import dev.gantry.engine.container.Attachment;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.container.SpecBuilder;
import dev.gantry.engine.container.WaitCondition;
import dev.gantry.engine.log.LogQuery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// A real engine in a directory of its own, over a root file system made of one static busybox. It removes every
/// container at its end, and [#assertNothingLeft] asks the kernel whether anything remained.
final class TestEngine implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(60);

    final Path base;
    final Path image;
    final GantryOptions options;
    Gantry gantry;

    private TestEngine(Path base, List<String> autostart) {
        this.base = base;
        this.image = base.resolve("busybox");
        try {
            Files.createDirectories(base);
            makeImage();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        options = GantryOptions.at(base.resolve("data"), base.resolve("run"), shim())
                .cgroup("gantry-test-engine-" + ProcessHandle.current().pid() + "-"
                        + Integer.toHexString(base.hashCode()))
                .autostart(autostart);
        gantry = Gantry.open(options);
    }

    static TestEngine start(Path base) {
        return start(base, List.of());
    }

    static TestEngine start(Path base, List<String> autostart) {
        assumeKernel();
        return new TestEngine(base, autostart);
    }

    static void assumeKernel() {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")), "containers of a whole engine need root here");
        Assumptions.assumeTrue(Files.isExecutable(shim()), "the shim is not built: " + shim());
        Assumptions.assumeTrue(busybox() != null, "there is no static busybox on this machine");
    }

    /// The directories of watches that there are.
    List<Path> watches() throws IOException {
        try (Stream<Path> all = Files.list(base.resolve("run/w"))) {
            return all.toList();
        }
    }

    /// Waits until there is no watch of a container.
    void awaitNoWatch(ContainerId id) throws InterruptedException {
        Path directory = base.resolve("run/w").resolve(id.hex().substring(0, 16));
        long deadline = System.nanoTime() + SOON.toNanos();
        while (Files.exists(directory) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(directory).doesNotExist();
    }

    static Path shim() {
        String given = System.getProperty("gantry.shim");
        if (given != null) {
            return Path.of(given);
        }
        Path fromModule = Path.of("../gantry-runtime/target/shim/gantry-shim");
        return (Files.exists(fromModule) ? fromModule : Path.of("gantry-runtime/target/shim/gantry-shim"))
                .toAbsolutePath()
                .normalize();
    }

    private static Path busybox() {
        return Stream.of("/bin/busybox", "/usr/bin/busybox")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    private void makeImage() throws IOException {
        Files.createDirectories(image.resolve("bin"));
        Files.createDirectories(image.resolve("etc"));
        for (String name : List.of("tmp", "proc", "sys", "dev", "run")) {
            Files.createDirectories(image.resolve(name));
        }
        for (String name : List.of("hosts", "hostname", "resolv.conf")) {
            Files.writeString(image.resolve("etc").resolve(name), "");
        }
        if (Files.exists(image.resolve("bin/busybox"))) {
            return;
        }
        Files.copy(busybox(), image.resolve("bin/busybox"));
        for (String name : List.of(
                "sh",
                "echo",
                "cat",
                "true",
                "false",
                "sleep",
                "id",
                "ls",
                "kill",
                "wc",
                "head",
                "dd",
                "tail",
                "seq",
                "mount",
                "stat",
                "hostname",
                "env",
                "grep",
                "sync",
                "date",
                "yes",
                "md5sum",
                "mkdir",
                "rm",
                "ln",
                "chown",
                "chmod",
                "mkfifo",
                "test",
                "touch",
                "mv")) {
            Files.createSymbolicLink(image.resolve("bin").resolve(name), Path.of("busybox"));
        }
        Files.writeString(image.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nweb:x:33:33:web:/srv:/bin/sh\n");
        Files.writeString(image.resolve("etc/group"), "root:x:0:\nweb:x:33:\nlogs:x:44:web\n");
    }

    Containers containers() {
        return gantry.containers();
    }

    SpecBuilder spec(String... args) {
        // These tests share the host's network with others: what makes interfaces has one of its own.
        return ContainerSpec.of("dir:" + image).args(args).network(ContainerSpec.Network.NONE);
    }

    SpecBuilder sh(String script) {
        return spec("sh", "-c", script);
    }

    Container create(SpecBuilder spec) {
        return containers().create("", spec.build());
    }

    Container started(SpecBuilder spec) {
        Container c = create(spec);
        containers().start(c.id());
        return containers().get(c.id()).orElseThrow();
    }

    /// Runs to the end; the container stays.
    Container ran(SpecBuilder spec) {
        Container c = create(spec);
        var end = containers().expect(c.id(), WaitCondition.NEXT_EXIT);
        containers().start(c.id());
        end.within(SOON).orElseThrow(() -> new AssertionError("it did not end in time"));
        return containers().get(c.id()).orElseThrow();
    }

    Exit exit(ContainerId id) {
        return containers().expect(id, WaitCondition.NOT_RUNNING).within(SOON).orElseThrow();
    }

    String log(ContainerId id) {
        return log(id, LogQuery.ALL);
    }

    String log(ContainerId id, LogQuery query) {
        var out = new ByteArrayOutputStream();
        try (var stream = gantry.logs().open(id, query)) {
            for (var r = stream.next(); r.isPresent(); r = stream.next()) {
                out.writeBytes(r.get().bytes());
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /// Everything an attachment gives, until its end.
    static final class Output implements Attachment.Sink {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        Attachment.End end;

        static Output of(Attachment attachment) {
            var output = new Output();
            try {
                output.end = attachment.pump(output);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                attachment.close();
            }
            return output;
        }

        @Override
        public void out(ByteBuffer bytes) {
            add(out, bytes);
        }

        @Override
        public void err(ByteBuffer bytes) {
            add(err, bytes);
        }

        private static void add(ByteArrayOutputStream to, ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            to.writeBytes(copy);
        }

        String text() {
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    static final AttachRequest ALL = AttachRequest.FOREGROUND;

    void reopen() {
        gantry.close();
        gantry = Gantry.open(options);
    }

    /// The same with a change in between, while no engine lives.
    void reopenAfter(Runnable change) {
        gantry.close();
        change.run();
        gantry = Gantry.open(options);
    }

    void reopenWith(UnaryOperator<GantryOptions> change) {
        gantry.close();
        gantry = Gantry.open(change.apply(options));
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("waiting until " + what).isNegative();
            Thread.onSpinWait();
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /// Also when nobody has reaped it yet: on some machines that takes its time. proc_pid_stat(5)
    static boolean hasEnded(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException gone) {
            return true;
        }
    }

    List<Path> groups() {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> mounts = Files.list(Path.of("/sys/fs/cgroup"))) {
            mounts.map(m -> m.resolve(options.cgroup())).filter(Files::exists).forEach(found::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path unified = Path.of("/sys/fs/cgroup").resolve(options.cgroup());
        if (Files.exists(unified)) {
            found.add(unified);
        }
        return found;
    }

    @Override
    public void close() {
        for (Container c : gantry.containers().list()) {
            gantry.containers().remove(c.id(), true);
        }
        gantry.close();
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        await("the watches have left", () -> !mentioned());
        await("the groups are gone", () -> {
            groups().forEach(TestEngine::removeEmpty);
            return groups().isEmpty();
        });
        assertThat(base.resolve("run/w")).isEmptyDirectory();
        assertThat(base.resolve("data/containers")).isEmptyDirectory();
        assertThat(base.resolve("data/snapshots/overlay/containers")).isEmptyDirectory();
        assertThat(base.resolve("data/trash")).isEmptyDirectory();
        assertThat(base.resolve("data/snapshots/overlay/trash")).isEmptyDirectory();
        try {
            assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(base.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Watches of this engine have the directory's name in no argument, but are in its group.
    private boolean mentioned() {
        for (Path group : groups()) {
            try (Stream<Path> all = Files.walk(group)) {
                for (Path procs : all.filter(p -> p.endsWith("cgroup.procs")).toList()) {
                    if (!Files.readString(procs).isBlank()) {
                        return true;
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                // It is going at this moment.
            }
        }
        return false;
    }

    private static void removeEmpty(Path group) {
        try (Stream<Path> all = Files.walk(group)) {
            for (Path d : all.filter(Files::isDirectory).toList().reversed()) {
                Files.deleteIfExists(d);
            }
        } catch (IOException | UncheckedIOException e) {
            // Looked at again.
        }
    }
}
