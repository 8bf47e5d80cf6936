package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.Empty;
import dev.gantry.api.json.LabelsOrNull;
import dev.gantry.api.json.SetOrNull;
import dev.gantry.api.json.StrSlice;
import dev.gantry.api.json.StringsOrNull;
import dev.gantry.api.network.NetworkingConfig;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The body of `POST /containers/create`: a config with what the host gives beside it.
@Json
public record CreateRequest(
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
        @Json.Property("Shell") @Nullable List<String> shell,
        @Json.Property("HostConfig") @Nullable HostConfig hostConfig,
        @Json.Property("NetworkingConfig") @Nullable NetworkingConfig networkingConfig) {
    public CreateRequest {
        hostname = Absent.text(hostname);
        domainname = Absent.text(domainname);
        user = Absent.text(user);
        image = Absent.text(image);
        workingDir = Absent.text(workingDir);
    }

    public static CreateRequest of(ContainerConfig c, HostConfig host) {
        return new CreateRequest(
                c.hostname(),
                c.domainname(),
                c.user(),
                c.attachStdin(),
                c.attachStdout(),
                c.attachStderr(),
                c.exposedPorts(),
                c.tty(),
                c.openStdin(),
                c.stdinOnce(),
                c.env(),
                c.cmd(),
                c.healthcheck(),
                c.argsEscaped(),
                c.image(),
                c.volumes(),
                c.workingDir(),
                c.entrypoint(),
                c.networkDisabled(),
                c.macAddress(),
                c.onBuild(),
                c.labels(),
                c.stopSignal(),
                c.stopTimeout(),
                c.shell(),
                host,
                null);
    }

    /// With places in networks.
    public CreateRequest with(@Nullable NetworkingConfig networking) {
        return new CreateRequest(
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
                shell,
                hostConfig,
                networking);
    }

    /// The part that inspect shows as `Config`.
    public ContainerConfig config() {
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
