package dev.gantry.runtime.oci;

import dev.gantry.runtime.seccomp.SeccompSpec;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `linux` of OCI runtime-spec 1.2 §config-linux.
@Json
public record LinuxSpec(
        @Json.Property("uidMappings") List<IdMapping> uidMappings,
        @Json.Property("gidMappings") List<IdMapping> gidMappings,
        @Json.Property("namespaces") List<Namespace> namespaces,
        @Json.Property("timeOffsets") Map<String, TimeOffset> timeOffsets,
        @Json.Property("devices") List<Device> devices,
        @Json.Property("cgroupsPath") String cgroupsPath,
        @Json.Property("resources") @Nullable ResourcesSpec resources,
        @Json.Property("rootfsPropagation") String rootfsPropagation,
        @Json.Property("seccomp") @Nullable SeccompSpec seccomp,
        @Json.Property("sysctl") Map<String, String> sysctl,
        @Json.Property("maskedPaths") List<String> maskedPaths,
        @Json.Property("readonlyPaths") List<String> readonlyPaths,
        @Json.Property("mountLabel") String mountLabel,
        @Json.Property("intelRdt") @Nullable IntelRdt intelRdt,
        @Json.Property("personality") @Nullable Personality personality) {

    public LinuxSpec {
        uidMappings = Absent.list(uidMappings);
        gidMappings = Absent.list(gidMappings);
        namespaces = Absent.list(namespaces);
        timeOffsets = Absent.map(timeOffsets);
        devices = Absent.list(devices);
        cgroupsPath = Absent.text(cgroupsPath);
        rootfsPropagation = Absent.text(rootfsPropagation);
        sysctl = Absent.map(sysctl);
        maskedPaths = Absent.list(maskedPaths);
        readonlyPaths = Absent.list(readonlyPaths);
        mountLabel = Absent.text(mountLabel);
    }

    /// What a document without `linux` says.
    static final LinuxSpec NONE = new LinuxSpec(
            List.of(), List.of(), List.of(), Map.of(), List.of(), "", null, "", null, Map.of(), List.of(), List.of(),
            "", null, null);

    @Json
    public record Namespace(
            @Json.Property("type") String type,
            @Json.Property("path") String path) {
        public Namespace {
            type = Absent.text(type);
            path = Absent.text(path);
        }

        /// A new one.
        public static Namespace fresh(String type) {
            return new Namespace(type, "");
        }
    }

    @Json
    public record IdMapping(
            @Json.Property("containerID") long containerId,
            @Json.Property("hostID") long hostId,
            @Json.Property("size") long size) {}

    @Json
    public record TimeOffset(
            @Json.Property("secs") long secs,
            @Json.Property("nanosecs") long nanosecs) {}

    /// `fileMode` is without the file type; absent means 0666.
    @Json
    public record Device(
            @Json.Property("type") String type,
            @Json.Property("path") String path,
            @Json.Property("major") long major,
            @Json.Property("minor") long minor,
            @Json.Property("fileMode") @Nullable Long fileMode,
            @Json.Property("uid") @Nullable Long uid,
            @Json.Property("gid") @Nullable Long gid) {
        public Device {
            type = Absent.text(type);
            path = Absent.text(path);
        }
    }

    @Json
    public record IntelRdt(
            @Json.Property("closID") String closId,
            @Json.Property("l3CacheSchema") String l3CacheSchema,
            @Json.Property("memBwSchema") String memBwSchema,
            @Json.Property("enableCMT") boolean enableCmt,
            @Json.Property("enableMBM") boolean enableMbm) {
        public IntelRdt {
            closId = Absent.text(closId);
            l3CacheSchema = Absent.text(l3CacheSchema);
            memBwSchema = Absent.text(memBwSchema);
        }
    }

    @Json
    public record Personality(
            @Json.Property("domain") String domain,
            @Json.Property("flags") List<String> flags) {
        public Personality {
            domain = Absent.text(domain);
            flags = Absent.list(flags);
        }
    }
}
