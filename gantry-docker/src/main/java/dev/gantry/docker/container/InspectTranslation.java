package dev.gantry.docker.container;

import dev.gantry.api.container.ContainerConfig;
import dev.gantry.api.container.ContainerInspect;
import dev.gantry.api.container.ContainerState;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.DriverData;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.LogConfig;
import dev.gantry.api.json.Wire;
import dev.gantry.docker.network.ContainerPlaces;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.exec.Exec;
import dev.gantry.engine.files.ContainerLayers;
import dev.gantry.engine.health.Health;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.images.snapshot.StorageDriver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A container of the engine in the form of `GET /containers/{id}/json`. Pure.
final class InspectTranslation {
    private static final long DEFAULT_SHM_BYTES = 64L << 20;

    private InspectTranslation() {}

    static ContainerInspect inspect(
            Container c,
            List<Exec> execs,
            Optional<Health> health,
            MountPoints mountpoints,
            ContainerPlaces places,
            Optional<RootFs> root,
            Optional<ContainerLayers.Sizes> sizes,
            int minor) {
        List<String> argv = argv(c.spec());
        CreateRequest asked = asked(c.spec());
        HostConfig host = hostConfig(c.spec(), asked, places.mode(c));
        List<String> execIds = execs.stream()
                .filter(e -> !(e.state() instanceof Exec.State.Exited))
                .map(e -> e.id().hex())
                .toList();
        return ContainerInspect.builder()
                .id(c.id().hex())
                .created(Times.nano(c.created()))
                .path(argv.isEmpty() ? "" : argv.getFirst())
                .args(argv.isEmpty() ? List.of() : argv.subList(1, argv.size()))
                .state(state(c, health))
                .image(c.imageId())
                .resolvConfPath(c.files().resolvConf().toString())
                .hostnamePath(c.files().hostname().toString())
                .hostsPath(c.files().hosts().toString())
                .logPath(
                        c.spec().log().kind() == ContainerSpec.LogConfig.Kind.JSON_FILE
                                ? c.files().log().toString()
                                : "")
                .name("/" + c.name())
                .restartCount(c.history().restarts())
                .driver(driver(root))
                .platform("linux")
                .execIds(execIds.isEmpty() ? null : execIds)
                .hostConfig(host)
                .graphDriver(new DriverData(root.isEmpty() ? null : layers(root.get()), driver(root)))
                .sizeRw(sizes.map(ContainerLayers.Sizes::written).orElse(null))
                .sizeRootFs(sizes.map(ContainerLayers.Sizes::root).orElse(null))
                .mounts(mountpoints.of(c.spec()))
                .config(config(c, asked))
                .networkSettings(places.settings(c, minor))
                .build();
    }

    private static String driver(Optional<RootFs> root) {
        return (root.orElse(null) instanceof RootFs.Copy ? StorageDriver.COPY : StorageDriver.OVERLAY).word();
    }

    /// Nothing is mounted on the host: there is no merged directory. A copy has no layers to tell, as in Docker.
    private static @Nullable Map<String, String> layers(RootFs root) {
        return switch (root) {
            case RootFs.Overlay overlay ->
                Map.of(
                        "LowerDir",
                        overlay.lowers().stream().map(Path::toString).collect(Collectors.joining(":")),
                        "UpperDir",
                        overlay.upper().toString(),
                        "WorkDir",
                        overlay.work().toString());
            case RootFs.Copy _ -> null;
        };
    }

    /// What was asked for, if it came through this door.
    static CreateRequest asked(ContainerSpec spec) {
        return spec.doorNotes().isEmpty()
                ? CreateRequest.of(
                        ContainerConfig.builder().build(), HostConfig.builder().build())
                : Wire.json().type(CreateRequest.class).fromJson(spec.doorNotes());
    }

    static List<String> argv(ContainerSpec spec) {
        List<String> argv = new ArrayList<>(spec.command().entrypoint());
        if (argv.size() == 1 && argv.getFirst().isEmpty()) {
            argv.clear();
        }
        argv.addAll(spec.command().args());
        return argv;
    }

    private static ContainerState state(Container c, Optional<Health> health) {
        Optional<Exit> exit = c.history().exit();
        boolean running = c.isRunning();
        boolean restarting = c.state() instanceof dev.gantry.engine.container.ContainerState.Restarting;
        boolean dead = c.state() instanceof dev.gantry.engine.container.ContainerState.Dead;
        String words = exit.map(Exit::words).orElse("");
        return new ContainerState(
                c.state().word(),
                running || restarting,
                c.isPaused(),
                restarting,
                !running && exit.map(Exit::oomKilled).orElse(false),
                dead,
                c.pid(),
                running ? 0 : exit.map(Exit::code).orElse(0),
                c.history().error().isEmpty() && !running ? words : c.history().error(),
                c.history().startedAt().map(Times::nano).orElse(Times.NEVER),
                exit.map(e -> Times.nano(e.at())).orElse(Times.NEVER),
                health.map(HealthTranslation::health).orElse(null));
    }

    /// As asked for, with what the image and the engine gave to it.
    static ContainerConfig config(Container c, CreateRequest asked) {
        ContainerSpec spec = c.spec();
        ContainerSpec.Command command = spec.command();
        String hostname = spec.hostname().isEmpty() ? c.id().shortHex() : spec.hostname();
        return asked.config().toBuilder()
                .hostname(hostname)
                .domainname(spec.domainname())
                .user(command.user())
                .tty(spec.streams().tty())
                .openStdin(spec.streams().openStdin())
                .stdinOnce(spec.streams().stdinOnce())
                .env(command.env())
                .cmd(orNull(command.args()))
                .entrypoint(orNull(command.entrypoint()))
                .image(spec.image())
                .workingDir(command.workingDir())
                .labels(spec.labels())
                .healthcheck(HealthTranslation.config(spec.health()))
                .build();
    }

    private static @Nullable List<String> orNull(List<String> words) {
        return words.isEmpty() ? null : words;
    }

    private static HostConfig hostConfig(ContainerSpec spec, CreateRequest asked, String mode) {
        HostConfig given = asked.hostConfig() == null ? HostConfig.builder().build() : asked.hostConfig();
        return given.toBuilder()
                .networkMode(mode)
                .portBindings(Networking.bindings(given.portBindings(), spec.networking()))
                .logConfig(
                        given.logConfig().type().isEmpty()
                                ? new LogConfig(
                                        logType(spec.log()), given.logConfig().config())
                                : given.logConfig())
                .ipcMode(given.ipcMode().isEmpty() ? "private" : given.ipcMode())
                .cgroupnsMode(given.cgroupnsMode().isEmpty() ? "private" : given.cgroupnsMode())
                .shmSize(given.shmSize() == 0 ? DEFAULT_SHM_BYTES : given.shmSize())
                .runtime(given.runtime() == null || given.runtime().isEmpty() ? "gantry" : given.runtime())
                .consoleSize(given.consoleSize().isEmpty() ? List.of(0, 0) : given.consoleSize())
                .autoRemove(spec.autoRemove())
                .build();
    }

    private static String logType(ContainerSpec.LogConfig log) {
        return switch (log.kind()) {
            case NONE -> "none";
            case JSON_FILE -> "json-file";
            case TEXT -> log.isForwarded() ? log.driver() : "local";
        };
    }
}
