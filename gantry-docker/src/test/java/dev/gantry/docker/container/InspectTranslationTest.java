package dev.gantry.docker.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.json.Wire;
import dev.gantry.base.ContainerId;
import dev.gantry.docker.network.ContainerPlaces;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.Exit;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The documents about a container, field by field in the order in which a dockerd writes them.
class InspectTranslationTest {
    private static final Instant T0 = Instant.parse("2026-01-02T03:04:05.5Z");
    private static final Exit EXIT = new Exit(7, true, T0.plusSeconds(2), "");

    private static final ContainerPlaces PLACES = new ContainerPlaces(OneNetwork::new);

    private static Container container(ContainerState state) {
        CreateRequest r = Wire.json()
                .type(CreateRequest.class)
                .fromJson(
                        "{\"Image\":\"busybox\",\"Entrypoint\":[\"sh\",\"-c\"],\"Cmd\":[\"echo a b\"],\"Labels\":{\"k\":\"v\"},"
                                + "\"HostConfig\":{\"NetworkMode\":\"none\",\"Binds\":[\"/a:/b:ro\"],\"PidsLimit\":9}}");
        ContainerSpec spec = CreateTranslation.spec(r, r.hostConfig(), n -> n, 50);
        Path d = Path.of("/data/c");
        boolean ended = state instanceof ContainerState.Exited;
        return new Container(
                new ContainerId("ab".repeat(32)),
                "web",
                spec,
                "sha256:" + "cd".repeat(32),
                T0,
                state,
                new Container.History(
                        Optional.of(T0.plusSeconds(1)), ended ? Optional.of(EXIT) : Optional.empty(), 0, false, ""),
                new Container.Files(
                        d, d.resolve("log"), d.resolve("hostname"), d.resolve("hosts"), d.resolve("resolv.conf")));
    }

    private static Map<?, ?> inspect(ContainerState state) {
        String json = Wire.json()
                .toJson(InspectTranslation.inspect(
                        container(state),
                        List.of(),
                        Optional.empty(),
                        new MountPoints(n -> "/v/" + n),
                        PLACES,
                        Optional.empty(),
                        Optional.empty(),
                        50));
        return (Map<?, ?>) Wire.json().type(Object.class).fromJson(json);
    }

    private static List<String> keys(Object map) {
        return ((Map<?, ?>) map).keySet().stream().map(String::valueOf).toList();
    }

    @Test
    void theFieldsAreThoseOfDockerInItsOrder() {
        Map<?, ?> c = inspect(new ContainerState.Exited(EXIT));
        assertThat(keys(c))
                .containsExactly(
                        "Id",
                        "Created",
                        "Path",
                        "Args",
                        "State",
                        "Image",
                        "ResolvConfPath",
                        "HostnamePath",
                        "HostsPath",
                        "LogPath",
                        "Name",
                        "RestartCount",
                        "Driver",
                        "Platform",
                        "MountLabel",
                        "ProcessLabel",
                        "AppArmorProfile",
                        "ExecIDs",
                        "HostConfig",
                        "GraphDriver",
                        "Mounts",
                        "Config",
                        "NetworkSettings");
        assertThat(keys(c.get("State")))
                .containsExactly(
                        "Status",
                        "Running",
                        "Paused",
                        "Restarting",
                        "OOMKilled",
                        "Dead",
                        "Pid",
                        "ExitCode",
                        "Error",
                        "StartedAt",
                        "FinishedAt");
        assertThat(keys(c.get("Config")))
                .containsExactly(
                        "Hostname",
                        "Domainname",
                        "User",
                        "AttachStdin",
                        "AttachStdout",
                        "AttachStderr",
                        "Tty",
                        "OpenStdin",
                        "StdinOnce",
                        "Env",
                        "Cmd",
                        "Image",
                        "Volumes",
                        "WorkingDir",
                        "Entrypoint",
                        "OnBuild",
                        "Labels");
        assertThat(keys(c.get("HostConfig")))
                .startsWith(
                        "Binds",
                        "ContainerIDFile",
                        "LogConfig",
                        "NetworkMode",
                        "PortBindings",
                        "RestartPolicy",
                        "AutoRemove",
                        "VolumeDriver",
                        "VolumesFrom",
                        "ConsoleSize",
                        "CapAdd",
                        "CapDrop",
                        "CgroupnsMode",
                        "Dns",
                        "DnsOptions",
                        "DnsSearch",
                        "ExtraHosts",
                        "GroupAdd",
                        "IpcMode",
                        "Cgroup",
                        "Links",
                        "OomScoreAdj",
                        "PidMode",
                        "Privileged",
                        "PublishAllPorts",
                        "ReadonlyRootfs",
                        "SecurityOpt",
                        "UTSMode",
                        "UsernsMode",
                        "ShmSize",
                        "Runtime",
                        "Isolation",
                        "CpuShares",
                        "Memory",
                        "NanoCpus");
    }

    @Test
    void anEndedContainerTellsHowItEnded() {
        Map<?, ?> c = inspect(new ContainerState.Exited(EXIT));
        Map<?, ?> state = (Map<?, ?>) c.get("State");
        assertThat(state.get("Status")).isEqualTo("exited");
        assertThat(state.get("OOMKilled")).isEqualTo(true);
        assertThat(((Number) state.get("ExitCode")).intValue()).isEqualTo(7);
        assertThat(state.get("StartedAt")).isEqualTo("2026-01-02T03:04:06.5Z");
        assertThat(state.get("FinishedAt")).isEqualTo("2026-01-02T03:04:07.5Z");
        assertThat(c.get("Path")).isEqualTo("sh");
        assertThat(c.get("Args")).isEqualTo(List.of("-c", "echo a b"));
        assertThat(c.get("ExecIDs")).isNull();
        assertThat(c.get("Name")).isEqualTo("/web");
    }

    @Test
    void aRunningContainerHasAProcessAndNoEnd() {
        Map<?, ?> state =
                (Map<?, ?>) inspect(new ContainerState.Running(42, 1, T0)).get("State");
        assertThat(state.get("Running")).isEqualTo(true);
        assertThat(((Number) state.get("Pid")).intValue()).isEqualTo(42);
        assertThat(state.get("FinishedAt")).isEqualTo("0001-01-01T00:00:00Z");
    }

    @Test
    void whatWasAskedForIsShownWithWhatTheEngineChose() {
        Map<?, ?> host = (Map<?, ?>) inspect(new ContainerState.Created()).get("HostConfig");
        assertThat(host.get("Binds")).isEqualTo(List.of("/a:/b:ro"));
        assertThat(((Number) host.get("PidsLimit")).intValue()).isEqualTo(9);
        assertThat(host.get("NetworkMode")).isEqualTo("none");
        assertThat(host.get("IpcMode")).isEqualTo("private");
        assertThat(host.get("Runtime")).isEqualTo("gantry");
        assertThat(((Number) host.get("ShmSize")).longValue()).isEqualTo(64L << 20);
        assertThat(host.get("CapAdd")).isNull();
        assertThat(keys(host)).contains("CapAdd", "MaskedPaths").doesNotContain("Tmpfs", "Init");
    }

    @Test
    void aRowOfTheListingHasDockersWords() {
        Instant now = T0.plusSeconds(182);
        assertThat(ListTranslation.status(container(new ContainerState.Exited(EXIT)), now, _ -> Optional.empty()))
                .isEqualTo("Exited (7) 3 minutes ago");
        assertThat(ListTranslation.status(container(new ContainerState.Running(4, 1, T0)), now, _ -> Optional.empty()))
                .isEqualTo("Up 3 minutes");
        assertThat(ListTranslation.status(
                        container(new ContainerState.Running(4, 1, T0, true)), now, _ -> Optional.empty()))
                .isEqualTo("Up 3 minutes (Paused)");
        assertThat(ListTranslation.status(container(new ContainerState.Created()), now, _ -> Optional.empty()))
                .isEqualTo("Created");
        var row = ListTranslation.summary(
                container(new ContainerState.Created()),
                now,
                _ -> Optional.empty(),
                new MountPoints(n -> n),
                PLACES,
                null,
                50);
        assertThat(row.command()).isEqualTo("sh -c 'echo a b'");
        assertThat(Wire.json().toJson(row))
                .contains("\"Ports\":[]", "\"Mounts\":[{\"Type\":\"bind\"", "\"Labels\":{\"k\":\"v\"}");
    }
}
