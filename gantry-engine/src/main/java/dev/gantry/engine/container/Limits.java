package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.runtime.oci.CgroupLayout;
import dev.gantry.runtime.oci.GroupLimits;
import dev.gantry.runtime.oci.GroupLimits.Setting;
import dev.gantry.runtime.oci.ResourcesSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The limits of a container that runs: what its groups are to hold, and the writing of it, all or nothing.
final class Limits {
    private static final Logger LOG = LoggerFactory.getLogger(Limits.class);
    private static final String LIMIT = "/memory.limit_in_bytes";
    private static final String WITH_SWAP = "/memory.memsw.limit_in_bytes";

    private Limits() {}

    /// What differs between the two, where `group` is. Pure.
    static List<Setting> changes(CgroupLayout layout, String group, Resources before, Resources after) {
        List<Setting> was = settings(layout, group, before, before);
        return settings(layout, group, before, after).stream()
                .filter(s -> !was.contains(s))
                .toList();
    }

    static List<Setting> settings(CgroupLayout layout, String group, Resources before, Resources after) {
        return GroupLimits.of(layout, group, spec(layout, before, after));
    }

    /// What had a limit and has none any more is told so.
    private static ResourcesSpec spec(CgroupLayout layout, Resources before, Resources after) {
        Long memory = after.memoryBytes() > 0 ? after.memoryBytes() : null;
        Long withSwap = after.memorySwapBytes() != 0 ? (Long) after.memorySwapBytes() : null;
        if (withSwap == null && memory != null && layout.swapAccounting()) {
            withSwap = 2 * memory;
        }
        Long quota = after.cpuQuotaMicros() != 0 ? (Long) after.cpuQuotaMicros() : null;
        Long period = after.cpuPeriodMicros() != 0 ? (Long) after.cpuPeriodMicros() : null;
        if (after.cpuNanos() > 0) {
            period = 100_000L;
            quota = after.cpuNanos() / 10_000;
        }
        var limits = new ResourcesSpec.Memory(
                memory,
                after.memoryReservationBytes() > 0 ? after.memoryReservationBytes() : null,
                withSwap,
                null,
                null,
                null,
                false,
                null,
                false);
        var cpu = new ResourcesSpec.Cpu(
                after.cpuShares() > 0 ? after.cpuShares() : null,
                quota,
                null,
                period,
                null,
                null,
                after.cpusetCpus(),
                after.cpusetMems(),
                null);
        boolean counted = after.pidsLimit() > 0 || before.pidsLimit() > 0;
        return new ResourcesSpec(
                List.of(),
                limits,
                cpu,
                counted ? new ResourcesSpec.Pids(after.pidsLimit()) : null,
                null,
                List.of(),
                null,
                Map.of(),
                Map.of());
    }

    /// Of v1, the limit of memory alone is never above that of memory and swap together, also in between.
    static List<Setting> ordered(List<Setting> settings, Optional<String> withSwapNow) {
        Optional<Setting> limit = ending(settings, LIMIT);
        Optional<Setting> withSwap = ending(settings, WITH_SWAP);
        if (limit.isEmpty()
                || withSwap.isEmpty()
                || withSwapNow.isEmpty()
                || number(limit.get().value()) <= number(withSwapNow.get())) {
            return settings;
        }
        List<Setting> raised = new ArrayList<>();
        raised.add(withSwap.get());
        settings.stream().filter(s -> !s.equals(withSwap.get())).forEach(raised::add);
        return raised;
    }

    private static Optional<Setting> ending(List<Setting> settings, String file) {
        return settings.stream().filter(s -> s.file().endsWith(file)).findFirst();
    }

    private static long number(String value) {
        String text = value.strip();
        return text.startsWith("-") || text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(text);
    }

    /// Undoes what was written.
    @FunctionalInterface
    interface Undo {
        void undo();
    }

    /// Writes all of it; when one is refused those before it are as they were. A container that has ended meanwhile is
    /// no error.
    static Undo write(String what, List<Setting> settings) {
        Deque<Setting> written = new ArrayDeque<>();
        try {
            for (Setting s : ordered(settings, withSwapNow(settings))) {
                String before = Files.readString(Path.of(s.file())).strip();
                put(s);
                written.push(new Setting(s.file(), before));
            }
        } catch (NoSuchFileException ended) {
            return () -> {};
        } catch (IOException e) {
            restore(written);
            String limits = settings.stream()
                    .map(s -> Path.of(s.file()).getFileName() + " = " + s.value())
                    .collect(Collectors.joining(", "));
            throw new Conflict(
                    what,
                    "the kernel refuses " + limits + " (" + e.getMessage() + ")",
                    "see whether the container uses more than that already",
                    e);
        }
        return () -> restore(written);
    }

    private static Optional<String> withSwapNow(List<Setting> settings) throws IOException {
        Optional<Setting> withSwap = ending(settings, WITH_SWAP);
        return withSwap.isEmpty()
                ? Optional.empty()
                : Optional.of(Files.readString(Path.of(withSwap.get().file())));
    }

    private static void put(Setting s) throws IOException {
        Files.writeString(Path.of(s.file()), s.value(), StandardOpenOption.WRITE);
    }

    /// In the reverse order, in which each was fine before.
    private static void restore(Deque<Setting> written) {
        for (Setting s : written) {
            try {
                put(s);
            } catch (IOException e) {
                LOG.warn("limit {} = {} not restored: {}", s.file(), s.value(), e.getMessage());
            }
        }
    }
}
