package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How far it is kept apart from the host and from other containers. A namespace is empty or `private` (its own),
/// `host`,
/// or `container:` and whose; that of IPC may also be `shareable`, or `none`: its own without `/dev/shm`.
///
/// @param privileged with all rights and devices that the engine has, and nothing hidden
/// @param maskedPaths null: those that are usual
/// @param readonlyPaths null: those that are usual
/// @param deviceRules lines such as `c 10:* rw`, as the devices controller takes them
/// @param annotations for the runtime
/// @param cgroupParent of its control groups, relative to each hierarchy; empty: the engine's own
/// @param userns empty: the engine's usual user namespace; or `host`
@Json
public record IsolationSpec(
        @Json.Property("Pid") String pid,
        @Json.Property("Ipc") String ipc,
        @Json.Property("Uts") String uts,
        @Json.Property("Cgroupns") String cgroupns,
        @Json.Property("Privileged") boolean privileged,
        @Json.Property("MaskedPaths") @Nullable List<String> maskedPaths,
        @Json.Property("ReadonlyPaths") @Nullable List<String> readonlyPaths,
        @Json.Property("DeviceRules") List<String> deviceRules,
        @Json.Property("Annotations") Map<String, String> annotations,
        @Json.Property("CgroupParent") String cgroupParent,
        @Json.Property("Userns") String userns) {
    private static final String OTHER = "container:";
    private static final Set<String> OWN = Set.of("", "private");
    private static final Pattern RULE = Pattern.compile("[acb] ([0-9]{1,9}|\\*):([0-9]{1,9}|\\*) [rwm]{1,3}");

    // Last: it is checked by the others.
    public static final IsolationSpec USUAL =
            new IsolationSpec("", "", "", "", false, null, null, List.of(), Map.of(), "", "");

    public IsolationSpec {
        maskedPaths = maskedPaths == null ? null : List.copyOf(maskedPaths);
        readonlyPaths = readonlyPaths == null ? null : List.copyOf(readonlyPaths);
        deviceRules = List.copyOf(deviceRules);
        annotations = Map.copyOf(annotations);
        // Rows of a version that made no user namespaces have none.
        userns = MountsSpec.orEmpty(userns);
        check("user namespace", userns, Set.of("host"), false);
        check("PID", pid, Set.of("host"), true);
        check("IPC", ipc, Set.of("host", "none", "shareable"), true);
        check("UTS", uts, Set.of("host"), false);
        check("cgroup namespace", cgroupns, Set.of("host"), false);
        for (String rule : deviceRules) {
            if (!RULE.matcher(rule).matches()) {
                throw SpecCheck.refuse(
                        "device rules",
                        "invalid device cgroup rule format: '" + rule + "'",
                        "write a type, numbers and an access, such as c 10:* rw");
            }
        }
        if (List.of(cgroupParent.split("/")).contains("..") || cgroupParent.indexOf('\0') >= 0) {
            throw SpecCheck.refuse(
                    "the parent group " + cgroupParent, "it leaves its hierarchy", "write the path without ..");
        }
        if (annotations.containsKey("")) {
            throw SpecCheck.refuse("annotations", "the empty string is not permitted as an annotation key", "name it");
        }
    }

    private static void check(String what, String mode, Set<String> more, boolean shared) {
        boolean other = shared && mode.startsWith(OTHER) && mode.length() > OTHER.length();
        if (!OWN.contains(mode) && !more.contains(mode) && !other) {
            throw new InvalidArgument(
                    "create a container",
                    "invalid " + what + " mode: " + mode,
                    "leave it out for one of its own, or use host");
        }
    }

    /// Rows of a version that knew none of it have none.
    static IsolationSpec orUsual(@Nullable IsolationSpec spec) {
        return spec == null ? USUAL : spec;
    }

    static boolean isOwn(String mode) {
        return !mode.equals("host") && !isOther(mode);
    }

    public static boolean isOther(String mode) {
        return mode.startsWith(OTHER);
    }

    /// The container that a mode names.
    public static String other(String mode) {
        return mode.substring(OTHER.length());
    }

    /// Whether it uses a namespace of another container, but the network's.
    boolean joins() {
        return isOther(pid) || isOther(ipc);
    }

    /// The others by what `ids` makes of their names.
    IsolationSpec resolved(UnaryOperator<String> ids) {
        UnaryOperator<String> mode = m -> isOther(m) ? OTHER + ids.apply(other(m)) : m;
        return joins()
                ? new IsolationSpec(
                        mode.apply(pid),
                        mode.apply(ipc),
                        uts,
                        cgroupns,
                        privileged,
                        maskedPaths,
                        readonlyPaths,
                        deviceRules,
                        annotations,
                        cgroupParent,
                        userns)
                : this;
    }
}
