package dev.gantry.runtime.plan;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Plans as text: in words for people, and field by field as `gantry-shim decode` prints them.
public final class PlanText {
    private PlanText() {}

    /// One numbered line per step, in words.
    public static String words(LaunchPlan plan) {
        return IntStream.range(0, plan.steps().size())
                .mapToObj(i -> "%3d  %-7s  %s%n"
                        .formatted(
                                i,
                                where(plan.steps().get(i)),
                                words(plan.steps().get(i))))
                .collect(Collectors.joining());
    }

    /// What a step does, as an error names it: `mount proc at /proc`.
    public static String words(Step step) {
        return switch (step) {
            case Step.Log l -> "log to " + l.path();
            case Step.LogAttributes l -> "say " + l.object() + " in each record of the log";
            case Step.ExitRecordAt e -> "record the exit in " + e.path();
            case Step.Stdin s -> s.mode() == Step.Stdin.NONE ? "give no standard input" : "give standard input";
            case Step.Tty t -> "give a terminal of " + t.rows() + " rows and " + t.columns() + " columns";
            case Step.OomCounter o -> "watch " + o.key() + " in " + o.path();
            case Step.Tied t -> "end with process " + t.pid();
            case Step.Orphan o -> "when nobody listens at the end, run " + command(o.argv());
            case Step.CgroupMake c -> "make cgroup " + c.path();
            case Step.CgroupSet c -> "set " + c.file() + " to " + c.value().strip();
            case Step.OpenTree o -> "take the mount of " + o.path();
            case Step.CpusetFill c -> "processors for the cgroup of slot " + c.slot();
            case Step.OpenCgroup o -> "open cgroup " + o.path();
            case Step.Overlay o -> "make an overlay of " + layers(o);
            case Step.Join j -> "join namespaces of process " + j.pid() + " (" + Namespaces.words(j.flags()) + ")";
            case Step.Clone c -> "make the process in new namespaces (" + Namespaces.words(c.flags()) + ")";
            case Step.TimeOffsets t -> "make a time namespace with the offsets " + quoted(t.lines());
            case Step.IdMap i -> "map user ids " + quoted(i.uidMap()) + " and group ids " + quoted(i.gidMap());
            case Step.CgroupJoin c -> "join the cgroup of slot " + c.slot();
            case Step.Unshare u -> "make new namespaces (" + Namespaces.words(u.flags()) + ")";
            case Step.Propagation p -> "set the propagation of / to " + Namespaces.propagation(p.flags());
            case Step.Root r -> "attach the root filesystem over " + r.over();
            case Step.Mount m -> "mount " + m.type() + " at " + m.target();
            case Step.Bind b -> "bind slot " + b.slot() + " at " + b.target();
            case Step.Mkdir m -> "make directory " + m.target();
            case Step.Device d -> "make device " + d.target();
            case Step.Symlink s -> "make symlink " + s.target() + " to " + s.content();
            case Step.Pivot _ -> "pivot into the root filesystem";
            case Step.Mask m -> "mask " + m.path();
            case Step.ReadOnly r -> "make " + r.path() + " read-only";
            case Step.RootReadOnly _ -> "make the root filesystem read-only";
            case Step.Hostname h -> "set the host name to " + h.name();
            case Step.DomainName d -> "set the domain name to " + d.name();
            case Step.Sysctl s -> "set " + s.name() + " to " + s.value();
            case Step.Loopback _ -> "bring lo up";
            case Step.Rlimit r ->
                "limit resource " + r.resource() + " to " + limit(r.soft()) + " (at most " + limit(r.hard()) + ")";
            case Step.OomScore o -> "set the out-of-memory score to " + o.value();
            case Step.Console _ -> "bind the terminal over /dev/console";
            case Step.Identity i -> "become user " + i.uid() + " and group " + i.gid() + " with reduced capabilities";
            case Step.NoNewPrivs _ -> "forbid new privileges";
            case Step.Seccomp s -> "load a seccomp filter of " + s.filter().bytes().length / 8 + " instructions";
            case Step.Chdir c -> "change directory to " + c.path();
            case Step.Exec e -> "execute " + command(e.argv());
            case Step.Handover h ->
                (h.flags() & Step.Handover.RESOLVER) == 0
                        ? "hand over the network namespace"
                        : "hand over the network namespace, with sockets for names";
            case Step.Await _ -> "wait for the network to be connected";
            case Step.Hold _ -> "stay, for its root";
            case Step.Restore r -> "restore its processes by " + command(r.argv());
            case Step.KillGroup k -> "kill every process of cgroup " + k.path();
            case Step.CgroupRemove c -> "remove cgroup " + c.path();
            case Step.Unmount u -> "unmount " + u.path();
            case Step.Remove r -> "remove " + r.path();
        };
    }

    /// The text that `gantry-shim decode` prints for the plan's bytes.
    public static String decoded(LaunchPlan plan) {
        return plan.steps().stream().map(step -> decoded(step) + "\n").collect(Collectors.joining());
    }

    private static String decoded(Step step) {
        String fields =
                Field.of(step).stream().map(field -> " " + decoded(field)).collect(Collectors.joining());
        return where(step) + " " + Op.of(step) + fields;
    }

    private static String decoded(Field field) {
        return switch (field) {
            case Field.Number(long value) -> Long.toUnsignedString(value);
            case Field.Text(String value) -> quoted(value);
            case Field.Bytes(byte[] value) -> "hex:" + HexFormat.of().formatHex(value);
            case Field.Texts(List<String> values) ->
                values.stream().map(PlanText::quoted).collect(Collectors.joining(" ", "[", "]"));
        };
    }

    /// The text between double quotes, every byte that is not printable ASCII as `\xNN`.
    static String quoted(String text) {
        var out = new StringBuilder("\"");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            int c = Byte.toUnsignedInt(b);
            if (c < 0x20 || c > 0x7e) {
                out.append("\\x%02x".formatted(c));
            } else if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else {
                out.append((char) c);
            }
        }
        return out.append('"').toString();
    }

    private static String where(Step step) {
        return step.where().name().toLowerCase(Locale.ROOT);
    }

    private static String layers(Step.Overlay overlay) {
        int count = overlay.lowers().size();
        String layers = count == 1 ? overlay.lowers().getFirst() : count + " layers";
        return overlay.upper().isEmpty() ? layers + ", read-only" : layers + " under " + overlay.upper();
    }

    private static String command(List<String> argv) {
        return argv.isEmpty() ? "nothing" : argv.size() == 1 ? argv.getFirst() : argv.getFirst() + " …";
    }

    private static String limit(long value) {
        return value == -1 ? "unlimited" : Long.toUnsignedString(value);
    }
}
