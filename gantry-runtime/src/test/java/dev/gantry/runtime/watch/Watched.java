package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One watch with its starter and whatever a test opens on it. Closing ends all of them.
final class Watched implements AutoCloseable {
    final Starter starter;
    final Path dir;
    final Starter.Spawned spawned;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private long init;

    private Watched(Starter starter, Path dir) {
        this.starter = starter;
        this.dir = dir;
        this.spawned = starter.spawn(dir, Starter.For.OWN_NETWORK); // also for plans without one
    }

    static Watched in(Path temp) throws IOException {
        return new Watched(Starter.start(Shim.path(), List.of()), Files.createDirectory(temp.resolve("w")));
    }

    /// With a tmpfs of its own at `mount`, which only the watch sees; we see it at [#seen].
    static Watched withDisk(Path temp, Path mount, String size) throws IOException {
        Path wrapper = temp.resolve("starter-in-a-mount-namespace");
        Files.writeString(wrapper, """
                #!/bin/sh
                exec unshare -m sh -c 'mount -t tmpfs -o size=%s none %s && exec %s starter'
                """.formatted(size, mount, Shim.path().toAbsolutePath()));
        assertThat(wrapper.toFile().setExecutable(true)).isTrue();
        return new Watched(Starter.start(wrapper, List.of()), Files.createDirectory(temp.resolve("w")));
    }

    Path seen(Path path) {
        return Path.of("/proc/" + spawned.pid() + "/root" + path);
    }

    <T extends AutoCloseable> T keep(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    Watch connect() {
        return keep(Watch.connect(dir));
    }

    /// A connection that has launched `plan`.
    Watch run(byte[] plan) {
        Watch watch = connect();
        start(watch, plan);
        return watch;
    }

    LaunchOutcome.Started start(Watch watch, byte[] plan) {
        LaunchOutcome outcome = watch.launch(plan);
        assertThat(outcome).isInstanceOf(LaunchOutcome.Started.class);
        var started = (LaunchOutcome.Started) outcome;
        init = started.pid();
        return started;
    }

    Attachment attach(AttachOptions options) {
        return keep(connect().attach(options));
    }

    Shim.Collected collect(AttachOptions options) {
        return Shim.Collected.from(attach(options));
    }

    /// Waits for the end and for the watch to have left.
    Exited end(Watch watch) {
        Exited exited = within(watch.exited());
        init = 0;
        return exited;
    }

    /// Closes a connection, and waits until the watch has noticed: its reader may still hold it for a moment.
    void lose(Watch watch) {
        int before = descriptors();
        watch.close();
        Shim.await("the connection is closed", () -> descriptors() < before);
    }

    private int descriptors() {
        String[] all = Path.of("/proc/" + spawned.pid() + "/fd").toFile().list();
        return all == null ? 0 : all.length;
    }

    boolean alive() {
        return Shim.alive(spawned.pid());
    }

    @Override
    public void close() throws Exception {
        if (init != 0) {
            ProcessHandle.of(init).ifPresent(ProcessHandle::destroyForcibly);
        }
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        starter.close();
    }
}
