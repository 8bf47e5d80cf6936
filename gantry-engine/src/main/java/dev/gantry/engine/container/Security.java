package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import io.avaje.jsonb.Json;
import java.util.List;

/// What the container may do. Capabilities are named with or without `CAP_`, in any case, or `ALL`. `seccompProfile` is
/// the JSON document when `seccomp` is PROFILE.
@Json
public record Security(
        @Json.Property("CapAdd") List<String> capAdd,
        @Json.Property("CapDrop") List<String> capDrop,
        @Json.Property("Seccomp") Seccomp seccomp,
        @Json.Property("SeccompProfile") String seccompProfile,
        @Json.Property("NoNewPrivileges") boolean noNewPrivileges,
        @Json.Property("ReadonlyRootfs") boolean readonlyRootfs,
        @Json.Property("GroupAdd") List<String> groupAdd,
        @Json.Property("Sysctls") List<String> sysctls) {
    public static final Security DEFAULT =
            new Security(List.of(), List.of(), Seccomp.DEFAULT, "", false, false, List.of(), List.of());

    public enum Seccomp {
        DEFAULT,
        UNCONFINED,
        PROFILE
    }

    /// `sysctls` are `name=value`.
    public Security {
        capAdd = List.copyOf(capAdd);
        capDrop = List.copyOf(capDrop);
        groupAdd = List.copyOf(groupAdd);
        sysctls = List.copyOf(sysctls);
        for (String sysctl : sysctls) {
            if (sysctl.indexOf('=') < 1) {
                throw new InvalidArgument("set sysctl " + sysctl, "it has no value", "write name=value");
            }
        }
    }
}
