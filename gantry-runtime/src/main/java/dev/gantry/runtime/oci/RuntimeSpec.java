package dev.gantry.runtime.oci;

import dev.gantry.base.InvalidArgument;
import io.avaje.json.JsonException;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.Jsonb;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A container's configuration: `config.json` of OCI runtime-spec 1.2.1. Absent lists and maps are empty, absent texts
/// are empty. Properties that only other systems have (solaris, windows, vm, zos) and unknown ones are passed over.
@Json
public record RuntimeSpec(
        @Json.Property("ociVersion") String ociVersion,
        @Json.Property("process") @Nullable ProcessSpec process,
        @Json.Property("root") @Nullable Root root,
        @Json.Property("hostname") String hostname,
        @Json.Property("domainname") String domainname,
        @Json.Property("mounts") List<Mount> mounts,
        @Json.Property("hooks") @Nullable Hooks hooks,
        @Json.Property("annotations") Map<String, String> annotations,
        @Json.Property("linux") @Nullable LinuxSpec linux) {

    public RuntimeSpec {
        ociVersion = Absent.text(ociVersion);
        hostname = Absent.text(hostname);
        domainname = Absent.text(domainname);
        mounts = Absent.list(mounts);
        annotations = Absent.map(annotations);
    }

    /// Reads `config.json`.
    public static RuntimeSpec parse(String json) {
        try {
            RuntimeSpec spec = Jsonb.instance().type(RuntimeSpec.class).fromJson(json);
            if (spec == null) {
                throw new InvalidArgument("read config.json", "it is null", "write an object");
            }
            return spec;
        } catch (JsonException | NumberFormatException e) {
            throw new InvalidArgument(
                    "read config.json", "it is not such a document: " + e.getMessage(), "correct the JSON", e);
        }
    }

    public String toJson() {
        return Jsonb.instance().type(RuntimeSpec.class).toJson(this);
    }

    /// `root` of OCI runtime-spec 1.2 §config "Root".
    @Json
    public record Root(
            @Json.Property("path") String path,
            @Json.Property("readonly") boolean readonly) {
        public Root {
            path = Absent.text(path);
        }
    }

    /// OCI runtime-spec 1.2 §config "Mounts".
    @Json
    public record Mount(
            @Json.Property("destination") String destination,
            @Json.Property("type") String type,
            @Json.Property("source") String source,
            @Json.Property("options") List<String> options,
            @Json.Property("uidMappings") List<LinuxSpec.IdMapping> uidMappings,
            @Json.Property("gidMappings") List<LinuxSpec.IdMapping> gidMappings) {
        public Mount {
            destination = Absent.text(destination);
            type = Absent.text(type);
            source = Absent.text(source);
            options = Absent.list(options);
            uidMappings = Absent.list(uidMappings);
            gidMappings = Absent.list(gidMappings);
        }

        public static Mount of(String destination, String type, String source, List<String> options) {
            return new Mount(destination, type, source, options, List.of(), List.of());
        }

        /// Whether it shows something that exists, and mounts nothing new.
        public boolean isBind() {
            return type.equals("bind") || options.contains("bind") || options.contains("rbind");
        }
    }

    /// OCI runtime-spec 1.2 §config "POSIX-platform Hooks".
    @Json
    public record Hooks(
            @Json.Property("prestart") List<Hook> prestart,
            @Json.Property("createRuntime") List<Hook> createRuntime,
            @Json.Property("createContainer") List<Hook> createContainer,
            @Json.Property("startContainer") List<Hook> startContainer,
            @Json.Property("poststart") List<Hook> poststart,
            @Json.Property("poststop") List<Hook> poststop) {
        public Hooks {
            prestart = Absent.list(prestart);
            createRuntime = Absent.list(createRuntime);
            createContainer = Absent.list(createContainer);
            startContainer = Absent.list(startContainer);
            poststart = Absent.list(poststart);
            poststop = Absent.list(poststop);
        }

        boolean isEmpty() {
            return prestart.isEmpty()
                    && createRuntime.isEmpty()
                    && createContainer.isEmpty()
                    && startContainer.isEmpty()
                    && poststart.isEmpty()
                    && poststop.isEmpty();
        }
    }

    @Json
    public record Hook(
            @Json.Property("path") String path,
            @Json.Property("args") List<String> args,
            @Json.Property("env") List<String> env,
            @Json.Property("timeout") @Nullable Long timeoutSeconds) {
        public Hook {
            path = Absent.text(path);
            args = Absent.list(args);
            env = Absent.list(env);
        }
    }
}
