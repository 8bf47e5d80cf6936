package dev.gantry.docker.container;

import dev.gantry.api.container.ContainerStats;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.stats.Reading;
import dev.gantry.engine.stats.Sample;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A reading in the form of `GET /containers/{id}/stats`. Pure.
final class StatsTranslation {
    static final Reading NOTHING = new Reading(Optional.empty(), Optional.empty());

    private StatsTranslation() {}

    static ContainerStats stats(Container c, Reading reading) {
        Optional<Sample> now = reading.now();
        Optional<Sample> before = reading.before();
        return new ContainerStats(
                "/" + c.name(),
                c.id().hex(),
                time(now.map(Sample::at)),
                time(before.map(Sample::at)),
                now.map(s -> new ContainerStats.Pids(
                                s.pids().current(), orNull(s.pids().limit())))
                        .orElse(new ContainerStats.Pids(null, null)),
                new ContainerStats.BlockIo(now.map(StatsTranslation::blockIo).orElse(List.of())),
                0,
                Map.of(),
                now.map(StatsTranslation::cpu).orElse(ContainerStats.Cpu.NONE),
                before.map(StatsTranslation::cpu).orElse(ContainerStats.Cpu.NONE),
                now.map(s -> memory(s.memory())).orElse(ContainerStats.Memory.NONE),
                now.map(Sample::links)
                        .filter(links -> !links.isEmpty())
                        .map(StatsTranslation::networks)
                        .orElse(null));
    }

    private static String time(Optional<Instant> at) {
        return at.map(Times::nano).orElse(Times.NEVER);
    }

    private static List<ContainerStats.BlockIo.Entry> blockIo(Sample s) {
        return s.blockIo().stream()
                .map(e -> new ContainerStats.BlockIo.Entry(e.major(), e.minor(), e.operation(), e.bytes()))
                .toList();
    }

    private static ContainerStats.Cpu cpu(Sample s) {
        Sample.Cpu c = s.cpu();
        return new ContainerStats.Cpu(
                new ContainerStats.Cpu.Usage(
                        c.totalNanos(), c.perCpu().isEmpty() ? null : c.perCpu(), c.kernelNanos(), c.userNanos()),
                c.systemNanos(),
                c.online(),
                new ContainerStats.Cpu.Throttling(c.periods(), c.throttledPeriods(), c.throttledNanos()));
    }

    private static ContainerStats.Memory memory(Sample.Memory m) {
        return new ContainerStats.Memory(
                m.usageBytes(),
                orNull(m.maxBytes()),
                new TreeMap<>(m.stat()),
                m.failures() == 0 ? null : m.failures(),
                m.limitBytes());
    }

    private static Map<String, ContainerStats.Network> networks(Map<String, Sample.Link> links) {
        Map<String, ContainerStats.Network> all = new TreeMap<>();
        links.forEach((name, l) -> all.put(
                name,
                new ContainerStats.Network(
                        l.rxBytes(),
                        l.rxPackets(),
                        l.rxErrors(),
                        l.rxDropped(),
                        l.txBytes(),
                        l.txPackets(),
                        l.txErrors(),
                        l.txDropped())));
        return all;
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
