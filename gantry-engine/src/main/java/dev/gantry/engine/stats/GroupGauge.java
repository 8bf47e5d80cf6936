package dev.gantry.engine.stats;

import dev.gantry.engine.container.ContainerState;
import dev.gantry.runtime.oci.CgroupLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// The controller files of one container, held open. A file that this host has not reads as empty.
final class GroupGauge implements Gauge {
    private static final String V1_BLOCK_IO = "blkio.throttle.io_service_bytes_recursive";

    private final Clock clock;
    private final List<HeldFile> all = new ArrayList<>();
    private final HeldFile host;
    private final HeldFile hostMemory;
    private final HeldFile links;
    private final boolean ownNetwork;
    private final Controllers controllers;

    /// Where the container's numbers are.
    private sealed interface Controllers {
        record V1(
                HeldFile usage,
                HeldFile perCpu,
                HeldFile cpuacct,
                HeldFile cpu,
                HeldFile memory,
                HeldFile maxMemory,
                HeldFile memoryLimit,
                HeldFile memoryFailures,
                HeldFile memoryStat)
                implements Controllers {}

        record V2(HeldFile cpu, HeldFile memory, HeldFile memoryLimit, HeldFile memoryEvents, HeldFile memoryStat)
                implements Controllers {}
    }

    private final HeldFile pids;
    private final HeldFile pidsLimit;
    private final HeldFile blockIo;
    private final boolean v1BlockIo;

    private GroupGauge(CgroupLayout layout, String group, Path proc, ContainerState.Running run, Clock clock)
            throws IOException {
        this.clock = clock;
        try {
            Path process = proc.resolve(Integer.toString(run.pid()));
            host = hold(proc.resolve("stat"));
            hostMemory = hold(proc.resolve("meminfo"));
            links = hold(process.resolve("net/dev"));
            ownNetwork = isOwnNetwork(proc, process);
            controllers = layout.v1().containsKey("memory") ? v1(layout, group) : v2(layout, group);
            pids = hold(file(layout, "pids", group, "pids.current"));
            pidsLimit = hold(file(layout, "pids", group, "pids.max"));
            v1BlockIo = layout.v1().containsKey("blkio");
            blockIo = hold(file(layout, "blkio", group, v1BlockIo ? V1_BLOCK_IO : "io.stat"));
            checkStill(process, run);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Fails when the run has ended.
    static GroupGauge open(CgroupLayout layout, String group, Path proc, ContainerState.Running run, Clock clock)
            throws IOException {
        return new GroupGauge(layout, group, proc, run, clock);
    }

    private Controllers v1(CgroupLayout layout, String group) throws IOException {
        return new Controllers.V1(
                hold(file(layout, "cpuacct", group, "cpuacct.usage")),
                hold(file(layout, "cpuacct", group, "cpuacct.usage_percpu")),
                hold(file(layout, "cpuacct", group, "cpuacct.stat")),
                hold(file(layout, "cpu", group, "cpu.stat")),
                hold(file(layout, "memory", group, "memory.usage_in_bytes")),
                hold(file(layout, "memory", group, "memory.max_usage_in_bytes")),
                hold(file(layout, "memory", group, "memory.limit_in_bytes")),
                hold(file(layout, "memory", group, "memory.failcnt")),
                hold(file(layout, "memory", group, "memory.stat")));
    }

    private Controllers v2(CgroupLayout layout, String group) throws IOException {
        return new Controllers.V2(
                hold(file(layout, "cpu", group, "cpu.stat")),
                hold(file(layout, "memory", group, "memory.current")),
                hold(file(layout, "memory", group, "memory.max")),
                hold(file(layout, "memory", group, "memory.events")),
                hold(file(layout, "memory", group, "memory.stat")));
    }

    private HeldFile hold(Path file) throws IOException {
        HeldFile held = HeldFile.open(file);
        all.add(held);
        return held;
    }

    private static Path file(CgroupLayout layout, String controller, String group, String name) {
        String top = layout.v1().getOrDefault(controller, layout.v2().isEmpty() ? "/nonexistent" : layout.v2());
        return Path.of(top, group.startsWith("/") ? group.substring(1) : group, name);
    }

    /// The pid may have become another's between the row and the files: then its start time is another one.
    private static void checkStill(Path process, ContainerState.Running run) throws IOException {
        try (HeldFile stat = HeldFile.open(process.resolve("stat"))) {
            String text = stat.text();
            String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ");
            if (fields.length < 20 || Long.parseLong(fields[19]) != run.startTime()) {
                throw new IOException("process " + run.pid() + " has ended");
            }
        }
    }

    private static boolean isOwnNetwork(Path proc, Path process) throws IOException {
        Path own = java.nio.file.Files.readSymbolicLink(process.resolve("ns/net"));
        return !own.equals(java.nio.file.Files.readSymbolicLink(proc.resolve("self/ns/net")));
    }

    @Override
    public Sample read() throws IOException {
        String stat = host.text();
        return new Sample(
                clock.instant(),
                cpu(Numbers.hostNanos(stat), Numbers.processors(stat)),
                memory(),
                new Sample.Pids(pids.number().orElse(0), limit(pidsLimit)),
                v1BlockIo ? Numbers.v1BlockIo(blockIo.text()) : Numbers.v2BlockIo(blockIo.text()),
                ownNetwork ? Numbers.links(links.text()) : Map.of());
    }

    private static OptionalLong limit(HeldFile file) throws IOException {
        OptionalLong number = file.number();
        return number.isPresent() && number.getAsLong() > 0 ? number : OptionalLong.empty();
    }

    private Sample.Cpu cpu(long hostNanos, int online) throws IOException {
        return switch (controllers) {
            case Controllers.V1 v1 -> {
                Map<String, Long> used = Numbers.words(v1.cpuacct().text());
                Map<String, Long> told = Numbers.words(v1.cpu().text());
                yield new Sample.Cpu(
                        v1.usage().number().orElse(0),
                        Numbers.list(v1.perCpu().text()),
                        Numbers.ticks(used.getOrDefault("system", 0L)),
                        Numbers.ticks(used.getOrDefault("user", 0L)),
                        hostNanos,
                        online,
                        told.getOrDefault("nr_periods", 0L),
                        told.getOrDefault("nr_throttled", 0L),
                        told.getOrDefault("throttled_time", 0L));
            }
            case Controllers.V2 v2 -> {
                Map<String, Long> told = Numbers.words(v2.cpu().text());
                yield new Sample.Cpu(
                        told.getOrDefault("usage_usec", 0L) * 1000,
                        List.of(),
                        told.getOrDefault("system_usec", 0L) * 1000,
                        told.getOrDefault("user_usec", 0L) * 1000,
                        hostNanos,
                        online,
                        told.getOrDefault("nr_periods", 0L),
                        told.getOrDefault("nr_throttled", 0L),
                        told.getOrDefault("throttled_usec", 0L) * 1000);
            }
        };
    }

    private Sample.Memory memory() throws IOException {
        return switch (controllers) {
            case Controllers.V1 v1 ->
                new Sample.Memory(
                        v1.memory().number().orElse(0),
                        v1.maxMemory().number(),
                        bounded(v1.memoryLimit()),
                        v1.memoryFailures().number().orElse(0),
                        Numbers.words(v1.memoryStat().text()));
            case Controllers.V2 v2 ->
                new Sample.Memory(
                        v2.memory().number().orElse(0),
                        OptionalLong.empty(),
                        bounded(v2.memoryLimit()),
                        Numbers.words(v2.memoryEvents().text()).getOrDefault("oom", 0L),
                        Numbers.words(v2.memoryStat().text()));
        };
    }

    /// No limit is more than there is.
    private long bounded(HeldFile limit) throws IOException {
        long there = Numbers.kibibytes(hostMemory.text(), "MemTotal:");
        Optional<Long> asked = limit(limit).stream().boxed().findFirst();
        return asked.filter(a -> a < there).orElse(there);
    }

    @Override
    public void close() {
        all.forEach(HeldFile::close);
    }
}
