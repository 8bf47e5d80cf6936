package dev.gantry.runtime.seccomp;

import dev.gantry.base.InvalidArgument;
import io.avaje.json.JsonException;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.Jsonb;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A profile in Docker's form: rules that hold only with some capabilities, processors or kernels. `resolve` makes of
/// it what OCI knows.
@Json
public record SeccompProfile(
        @Json.Property("defaultAction") String defaultAction,
        @Json.Property("defaultErrnoRet") @Nullable Long defaultErrnoRet,
        @Json.Property("architectures") List<String> architectures,
        @Json.Property("archMap") List<ArchMap> archMap,
        @Json.Property("flags") List<String> flags,
        @Json.Property("listenerPath") String listenerPath,
        @Json.Property("listenerMetadata") String listenerMetadata,
        @Json.Property("syscalls") List<Rule> syscalls) {

    public SeccompProfile {
        defaultAction = defaultAction == null ? "" : defaultAction;
        architectures = architectures == null ? List.of() : List.copyOf(architectures);
        archMap = archMap == null ? List.of() : List.copyOf(archMap);
        flags = flags == null ? List.of() : List.copyOf(flags);
        listenerPath = listenerPath == null ? "" : listenerPath;
        listenerMetadata = listenerMetadata == null ? "" : listenerMetadata;
        syscalls = syscalls == null ? List.of() : List.copyOf(syscalls);
    }

    /// A processor's ABI and those that it can run besides.
    @Json
    public record ArchMap(
            @Json.Property("architecture") String architecture,
            @Json.Property("subArchitectures") List<String> subArchitectures) {
        public ArchMap {
            architecture = architecture == null ? "" : architecture;
            subArchitectures = subArchitectures == null ? List.of() : List.copyOf(subArchitectures);
        }
    }

    /// `name` is the old form of `names`.
    @Json
    public record Rule(
            @Json.Property("name") String name,
            @Json.Property("names") List<String> names,
            @Json.Property("action") String action,
            @Json.Property("errnoRet") @Nullable Long errnoRet,
            @Json.Property("args") List<SeccompSpec.Arg> args,
            @Json.Property("includes") Condition includes,
            @Json.Property("excludes") Condition excludes) {
        public Rule {
            name = name == null ? "" : name;
            names = names == null ? List.of() : List.copyOf(names);
            action = action == null ? "" : action;
            args = args == null ? List.of() : List.copyOf(args);
            includes = includes == null ? Condition.NONE : includes;
            excludes = excludes == null ? Condition.NONE : excludes;
        }
    }

    /// What a container or its host is like.
    @Json
    public record Condition(
            @Json.Property("caps") List<String> caps,
            @Json.Property("arches") List<String> arches,
            @Json.Property("minKernel") String minKernel) {
        static final Condition NONE = new Condition(List.of(), List.of(), "");

        public Condition {
            caps = caps == null ? List.of() : List.copyOf(caps);
            arches = arches == null ? List.of() : List.copyOf(arches);
            minKernel = minKernel == null ? "" : minKernel;
        }
    }

    /// The container and the host that a profile is resolved for.
    ///
    /// @param capabilities the bounding set, as `CAP_…`
    /// @param machine the processor's own ABI
    public record Target(Set<String> capabilities, Abi machine, int kernelMajor, int kernelMinor) {
        public Target {
            capabilities = Set.copyOf(capabilities);
        }

        boolean hasKernel(String version) {
            String[] parts = version.split("\\.", -1);
            try {
                int major = Integer.parseInt(parts[0]);
                int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
                return kernelMajor > major || (kernelMajor == major && kernelMinor >= minor);
            } catch (NumberFormatException e) {
                throw invalid("minKernel " + version + " is not a version such as 4.8", "correct it", e);
            }
        }
    }

    /// Reads Docker's JSON, or OCI's, which is a part of it.
    public static SeccompProfile parse(String json) {
        try {
            SeccompProfile profile = Jsonb.instance().type(SeccompProfile.class).fromJson(json);
            if (profile == null || profile.defaultAction.isEmpty()) {
                throw new InvalidArgument(
                        "read the seccomp profile", "it has no defaultAction", "add one, such as SCMP_ACT_ERRNO");
            }
            return profile;
        } catch (JsonException e) {
            throw invalid("it is not the JSON of a profile: " + e.getMessage(), "correct it", e);
        }
    }

    /// The profile of containers that ask for nothing else.
    public static SeccompProfile standard() {
        return DefaultProfile.load();
    }

    /// The rules that hold for `target`, without their conditions.
    public SeccompSpec resolve(Target target) {
        if (!architectures.isEmpty() && !archMap.isEmpty()) {
            throw new InvalidArgument(
                    "read the seccomp profile", "it has both architectures and archMap", "keep archMap");
        }
        List<String> abis = new ArrayList<>(architectures);
        for (ArchMap map : archMap) {
            if (map.architecture.equals(target.machine.specName())) {
                abis.add(map.architecture);
                abis.addAll(map.subArchitectures);
            }
        }
        List<SeccompSpec.Rule> rules = new ArrayList<>(syscalls.size());
        for (Rule rule : syscalls) {
            if (holds(rule, target)) {
                rules.add(new SeccompSpec.Rule(names(rule), rule.action, rule.errnoRet, rule.args));
            }
        }
        return new SeccompSpec(defaultAction, defaultErrnoRet, abis, flags, listenerPath, listenerMetadata, rules);
    }

    private static List<String> names(Rule rule) {
        if (rule.name.isEmpty()) {
            return rule.names;
        }
        if (!rule.names.isEmpty()) {
            throw new InvalidArgument(
                    "read the seccomp profile", "the rule of " + rule.name + " has both name and names", "keep names");
        }
        return List.of(rule.name);
    }

    private static boolean holds(Rule rule, Target target) {
        Condition in = rule.includes;
        Condition ex = rule.excludes;
        String machine = target.machine.profileName();
        return (in.arches.isEmpty() || in.arches.contains(machine))
                && target.capabilities.containsAll(in.caps)
                && (in.minKernel.isEmpty() || target.hasKernel(in.minKernel))
                && !ex.arches.contains(machine)
                && ex.caps.stream().noneMatch(target.capabilities::contains)
                && (ex.minKernel.isEmpty() || !target.hasKernel(ex.minKernel));
    }

    private static InvalidArgument invalid(String why, String todo, Exception cause) {
        return new InvalidArgument("read the seccomp profile", why, todo, cause);
    }
}
