package dev.gantry.runtime.seccomp;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.runtime.plan.Step;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Compiles filters and keeps them: containers that want the same share one program. Safe for many threads.
public final class SeccompFilters {
    /// More different ones than this are a stranger's doing; then compiling again is cheap enough.
    private static final int MOST_KEPT = 256;

    // <linux/seccomp.h>
    private static final Map<String, Long> FLAGS = Map.of(
            "SECCOMP_FILTER_FLAG_TSYNC", 1L,
            "SECCOMP_FILTER_FLAG_LOG", 2L,
            "SECCOMP_FILTER_FLAG_SPEC_ALLOW", 4L);

    private final SyscallTable table = SyscallTable.load();
    private final Map<Key, Step.Seccomp> kept = new ConcurrentHashMap<>();

    private record Key(SeccompSpec spec, Abi machine) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Key k && k.machine == machine && k.spec.equals(spec);
        }

        @Override
        public int hashCode() {
            return spec.hashCode();
        }
    }

    /// The step that loads the filter of `spec` on a machine whose own ABI is `machine`.
    public Step.Seccomp step(SeccompSpec spec, Abi machine) {
        Key key = new Key(spec, machine);
        Step.Seccomp found = kept.get(key);
        if (found == null) {
            found = new Step.Seccomp(
                    flags(spec), new Step.Seccomp.Filter(FilterCompiler.compile(table, spec, machine)));
            if (kept.size() >= MOST_KEPT) {
                kept.clear();
            }
            kept.put(key, found);
        }
        return found;
    }

    /// As other runtimes do when nothing is said: processes are not slowed down to guard against Spectre variant 4, for
    /// which a filter is no boundary.
    private static long flags(SeccompSpec spec) {
        if (!spec.listenerPath().isEmpty()) {
            throw new Unsupported(
                    "compile linux.seccomp.listenerPath", "this version passes no notifications", "leave it out");
        }
        if (spec.flags().isEmpty()) {
            return FLAGS.getOrDefault("SECCOMP_FILTER_FLAG_SPEC_ALLOW", 0L);
        }
        long flags = 0;
        for (String name : spec.flags()) {
            Long flag = FLAGS.get(name);
            if (flag == null) {
                throw new InvalidArgument(
                        "compile linux.seccomp.flags",
                        "there is no flag " + name + " for a filter without a listener",
                        "leave it out");
            }
            flags |= flag;
        }
        return flags;
    }
}
