package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Devices that a container is to have: those of the host, and those that vendors describe by names such as
/// `vendor.com/gpu=0`. What they are is looked up at each start.
@Json
public record DevicesSpec(
        @Json.Property("Devices") List<Device> devices,
        @Json.Property("Named") List<String> named) {
    public static final DevicesSpec NONE = new DevicesSpec(List.of(), List.of());

    public DevicesSpec {
        devices = List.copyOf(devices);
        named = List.copyOf(named);
    }

    /// Rows of a version that knew no devices have none.
    static DevicesSpec orNone(@Nullable DevicesSpec devices) {
        return devices == null ? NONE : devices;
    }

    boolean isNone() {
        return devices.isEmpty() && named.isEmpty();
    }

    /// `source` on the host, a device or a directory of some; `target` in the container. `access` is of `rwm`.
    @Json
    public record Device(
            @Json.Property("Source") String source,
            @Json.Property("Target") String target,
            @Json.Property("Access") String access) {
        public Device {
            target = target.isEmpty() ? source : target;
            access = access.isEmpty() ? "rwm" : access;
            check(source);
            check(target);
            if (!access.matches("[rwm]{1,3}") || access.chars().distinct().count() < access.length()) {
                throw new InvalidArgument(
                        "give the device " + source + " to a container",
                        "invalid mode: " + access,
                        "use r, w and m, each once");
            }
        }

        private static void check(String path) {
            if (!path.startsWith("/")
                    || path.indexOf('\0') >= 0
                    || List.of(path.split("/")).contains("..")) {
                throw new InvalidArgument(
                        "give the device " + path + " to a container",
                        "it is not an absolute path without ..",
                        "name a device such as /dev/fuse");
            }
        }
    }
}
