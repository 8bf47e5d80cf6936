package dev.gantry.docker.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// What does not change while the daemon runs: its version and its host.
///
/// @param rootlessNet what connects an engine of an ordinary user with the network; empty for the host's own engine
public record HostFacts(
        String version,
        String hostname,
        String kernel,
        String osName,
        String osVersion,
        String machine,
        int processors,
        long memoryBytes,
        boolean cgroupV2,
        String rootlessNet) {

    public static HostFacts read(String version) {
        return read(version, "");
    }

    public static HostFacts read(String version, String rootlessNet) {
        Path osRelease = Path.of("/etc/os-release");
        return new HostFacts(
                version,
                nameOfThisHost(),
                text("/proc/sys/kernel/osrelease"),
                field(osRelease, "PRETTY_NAME="),
                field(osRelease, "VERSION_ID="),
                System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                memory(),
                Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")),
                rootlessNet);
    }

    public static String nameOfThisHost() {
        return text("/proc/sys/kernel/hostname");
    }

    /// What a daemon with this data root is known by.
    public String daemonId(Path dataRoot) {
        return UUID.nameUUIDFromBytes((hostname + ":" + dataRoot).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /// As Go names the processor.
    String goArchitecture() {
        return machine.equals("x86_64") ? "amd64" : machine.equals("aarch64") ? "arm64" : machine;
    }

    private static long memory() {
        String kilobytes =
                field(Path.of("/proc/meminfo"), "MemTotal:").replace("kB", "").strip();
        return kilobytes.isEmpty() ? 0 : Long.parseLong(kilobytes) << 10;
    }

    private static String text(String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static String field(Path file, String start) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(start)) {
                    return line.substring(start.length()).replace("\"", "").strip();
                }
            }
        } catch (IOException e) {
            return "";
        }
        return "";
    }
}
