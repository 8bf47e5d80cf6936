package dev.gantry.daemon.metrics;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// The daemon's own process, by the names that all programs use which are measured by Prometheus. What the kernel does
/// not tell is left out.
final class OwnProcess {
    private static final Path SELF = Path.of("/proc/self");

    private OwnProcess() {}

    static void addTo(MetricsText text) {
        ProcessHandle.Info info = ProcessHandle.current().info();
        info.totalCpuDuration()
                .map(Duration::toNanos)
                .ifPresent(n ->
                        text.counter("process_cpu_seconds_total", "Processor time of the daemon in seconds", n / 1e9));
        info.startInstant()
                .map(Instant::toEpochMilli)
                .ifPresent(at -> text.gauge(
                        "process_start_time_seconds", "When the daemon was started, in seconds since 1970", at / 1e3));
        openFiles().ifPresent(n -> text.gauge("process_open_fds", "How many descriptors are open", n));
        kilobytes("VmRSS:")
                .ifPresent(k -> text.gauge("process_resident_memory_bytes", "Memory that is resident", k * 1024.0));
        kilobytes("VmSize:")
                .ifPresent(k -> text.gauge("process_virtual_memory_bytes", "Memory that is mapped", k * 1024.0));
        Runtime jvm = Runtime.getRuntime();
        text.gauge("gantry_heap_used_bytes", "Used part of the heap of the JVM", jvm.totalMemory() - jvm.freeMemory());
    }

    private static Optional<Integer> openFiles() {
        int count = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(SELF.resolve("fd"))) {
            for (Path _ : files) {
                count++;
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.of(count);
    }

    private static Optional<Long> kilobytes(String field) {
        try {
            return Files.readAllLines(SELF.resolve("status")).stream()
                    .filter(line -> line.startsWith(field))
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
