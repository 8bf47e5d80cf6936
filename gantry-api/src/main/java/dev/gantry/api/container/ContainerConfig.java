package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.Empty;
import dev.gantry.api.json.LabelsOrNull;
import dev.gantry.api.json.SetOrNull;
import dev.gantry.api.json.StrSlice;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What runs in a container, without what the host gives to it.
@Json
public record ContainerConfig(
        @Json.Property("Hostname") String hostname,
        @Json.Property("Domainname") String domainname,
        @Json.Property("User") String user,
        @Json.Property("AttachStdin") boolean attachStdin,
        @Json.Property("AttachStdout") boolean attachStdout,
        @Json.Property("AttachStderr") boolean attachStderr,
        @Json.Property("ExposedPorts") @Nullable Map<String, Empty> exposedPorts,
        @Json.Property("Tty") boolean tty,
        @Json.Property("OpenStdin") boolean openStdin,
        @Json.Property("StdinOnce") boolean stdinOnce,

        @Json.Property("Env") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> env,

        @Json.Property("Cmd") @Json.Serializer(StrSlice.class) @Nullable
        List<String> cmd,

        @Json.Property("Healthcheck") @Nullable HealthConfig healthcheck,
        @Json.Property("ArgsEscaped") @Nullable Boolean argsEscaped,
        @Json.Property("Image") String image,

        @Json.Property("Volumes") @Json.Serializer(SetOrNull.class) @Nullable
        Map<String, Empty> volumes,

        @Json.Property("WorkingDir") String workingDir,

        @Json.Property("Entrypoint") @Json.Serializer(StrSlice.class) @Nullable
        List<String> entrypoint,

        @Json.Property("NetworkDisabled") @Nullable Boolean networkDisabled,
        @Json.Property("MacAddress") @Nullable String macAddress,

        @Json.Property("OnBuild") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> onBuild,

        @Json.Property("Labels") @Json.Serializer(LabelsOrNull.class) @Nullable
        Map<String, String> labels,

        @Json.Property("StopSignal") @Nullable String stopSignal,
        @Json.Property("StopTimeout") @Nullable Integer stopTimeout,
        @Json.Property("Shell") @Nullable List<String> shell) {
    public ContainerConfig {
        hostname = Absent.text(hostname);
        domainname = Absent.text(domainname);
        user = Absent.text(user);
        image = Absent.text(image);
        workingDir = Absent.text(workingDir);
    }

    /// Starts with every field absent, zero or empty.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts with the values of this record.
    public Builder toBuilder() {
        Builder b = new Builder();
        b.hostname = hostname;
        b.domainname = domainname;
        b.user = user;
        b.attachStdin = attachStdin;
        b.attachStdout = attachStdout;
        b.attachStderr = attachStderr;
        b.exposedPorts = exposedPorts;
        b.tty = tty;
        b.openStdin = openStdin;
        b.stdinOnce = stdinOnce;
        b.env = env;
        b.cmd = cmd;
        b.healthcheck = healthcheck;
        b.argsEscaped = argsEscaped;
        b.image = image;
        b.volumes = volumes;
        b.workingDir = workingDir;
        b.entrypoint = entrypoint;
        b.networkDisabled = networkDisabled;
        b.macAddress = macAddress;
        b.onBuild = onBuild;
        b.labels = labels;
        b.stopSignal = stopSignal;
        b.stopTimeout = stopTimeout;
        b.shell = shell;
        return b;
    }

    /// Collects the fields by name.
    public static final class Builder {
        private String hostname = "";
        private String domainname = "";
        private String user = "";
        private boolean attachStdin;
        private boolean attachStdout;
        private boolean attachStderr;
        private @Nullable Map<String, Empty> exposedPorts;
        private boolean tty;
        private boolean openStdin;
        private boolean stdinOnce;
        private @Nullable List<String> env;
        private @Nullable List<String> cmd;
        private @Nullable HealthConfig healthcheck;
        private @Nullable Boolean argsEscaped;
        private String image = "";
        private @Nullable Map<String, Empty> volumes;
        private String workingDir = "";
        private @Nullable List<String> entrypoint;
        private @Nullable Boolean networkDisabled;
        private @Nullable String macAddress;
        private @Nullable List<String> onBuild;
        private @Nullable Map<String, String> labels;
        private @Nullable String stopSignal;
        private @Nullable Integer stopTimeout;
        private @Nullable List<String> shell;

        private Builder() {}

        public Builder hostname(String value) {
            hostname = value;
            return this;
        }

        public Builder domainname(String value) {
            domainname = value;
            return this;
        }

        public Builder user(String value) {
            user = value;
            return this;
        }

        public Builder attachStdin(boolean value) {
            attachStdin = value;
            return this;
        }

        public Builder attachStdout(boolean value) {
            attachStdout = value;
            return this;
        }

        public Builder attachStderr(boolean value) {
            attachStderr = value;
            return this;
        }

        public Builder exposedPorts(@Nullable Map<String, Empty> value) {
            exposedPorts = value;
            return this;
        }

        public Builder tty(boolean value) {
            tty = value;
            return this;
        }

        public Builder openStdin(boolean value) {
            openStdin = value;
            return this;
        }

        public Builder stdinOnce(boolean value) {
            stdinOnce = value;
            return this;
        }

        public Builder env(@Nullable List<String> value) {
            env = value;
            return this;
        }

        public Builder cmd(@Nullable List<String> value) {
            cmd = value;
            return this;
        }

        public Builder healthcheck(@Nullable HealthConfig value) {
            healthcheck = value;
            return this;
        }

        public Builder argsEscaped(@Nullable Boolean value) {
            argsEscaped = value;
            return this;
        }

        public Builder image(String value) {
            image = value;
            return this;
        }

        public Builder volumes(@Nullable Map<String, Empty> value) {
            volumes = value;
            return this;
        }

        public Builder workingDir(String value) {
            workingDir = value;
            return this;
        }

        public Builder entrypoint(@Nullable List<String> value) {
            entrypoint = value;
            return this;
        }

        public Builder networkDisabled(@Nullable Boolean value) {
            networkDisabled = value;
            return this;
        }

        public Builder macAddress(@Nullable String value) {
            macAddress = value;
            return this;
        }

        public Builder onBuild(@Nullable List<String> value) {
            onBuild = value;
            return this;
        }

        public Builder labels(@Nullable Map<String, String> value) {
            labels = value;
            return this;
        }

        public Builder stopSignal(@Nullable String value) {
            stopSignal = value;
            return this;
        }

        public Builder stopTimeout(@Nullable Integer value) {
            stopTimeout = value;
            return this;
        }

        public Builder shell(@Nullable List<String> value) {
            shell = value;
            return this;
        }

        public ContainerConfig build() {
            return new ContainerConfig(
                    hostname,
                    domainname,
                    user,
                    attachStdin,
                    attachStdout,
                    attachStderr,
                    exposedPorts,
                    tty,
                    openStdin,
                    stdinOnce,
                    env,
                    cmd,
                    healthcheck,
                    argsEscaped,
                    image,
                    volumes,
                    workingDir,
                    entrypoint,
                    networkDisabled,
                    macAddress,
                    onBuild,
                    labels,
                    stopSignal,
                    stopTimeout,
                    shell);
        }
    }
}
