package dev.gantry.engine.plugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A [SamplePlugin] that runs, and what a test does to it.
public final class PluginProcess implements AutoCloseable {
    private final Path socket;
    private final Path home;
    private final List<String> wrapper;
    private Process process;

    private PluginProcess(List<String> wrapper, Path socket, Path home) {
        this.wrapper = wrapper;
        this.socket = socket;
        this.home = home;
    }

    /// Starts one whose socket is `directory/NAME.sock`; it may not listen yet.
    public static PluginProcess start(Path directory, String name) {
        return start(List.of(), directory, name);
    }

    /// The same in a network namespace of `ip netns`.
    public static PluginProcess startIn(String namespace, Path directory, String name) {
        return start(List.of("ip", "netns", "exec", namespace), directory, name);
    }

    private static PluginProcess start(List<String> wrapper, Path directory, String name) {
        try {
            Files.createDirectories(directory);
            Path home = Files.createDirectories(directory.resolveSibling("home-" + name));
            var plugin = new PluginProcess(wrapper, directory.resolve(name + ".sock"), home);
            plugin.startAgain();
            return plugin;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void startAgain() {
        try {
            List<String> command = new java.util.ArrayList<>(wrapper);
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    SamplePlugin.class.getName(),
                    socket.toString(),
                    home.toString()));
            process = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until it listens.
    public PluginProcess ready() {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!Files.exists(socket)) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new IllegalStateException("the sample plugin does not listen");
            }
            Thread.onSpinWait();
        }
        return this;
    }

    /// Lines such as `VolumeDriver.Mount hang`; none: it behaves.
    public void faults(String... lines) {
        try {
            Files.write(home.resolve("faults"), List.of(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The method and request of each call so far.
    public List<String> calls() {
        try {
            Path calls = home.resolve("calls");
            return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path volume(String name) {
        return home.resolve("volumes").resolve(name);
    }

    /// What it has kept of a container's log, as it came.
    public Path log(String container) {
        return home.resolve("log-" + container);
    }

    public void kill() {
        try {
            process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
