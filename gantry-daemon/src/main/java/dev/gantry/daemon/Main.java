package dev.gantry.daemon;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.build.Builder;
import dev.gantry.buildkit.BuildkitRoutes;
import dev.gantry.daemon.metrics.MetricsPage;
import dev.gantry.daemon.trace.Tracing;
import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.DockerApi;
import dev.gantry.docker.system.HostFacts;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.GantryOptions;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.observe.Tracer;
import dev.gantry.engine.plugin.PluginDirectories;
import dev.gantry.engine.plugin.authz.AuthorizationPlugins;
import dev.gantry.engine.rootless.Outside;
import dev.gantry.http.Gate;
import dev.gantry.http.HttpServer;
import dev.gantry.http.Tls;
import dev.gantry.linux.Linux;
import dev.gantry.linux.ProcessCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `gantry daemon`: builds everything from the top to the bottom, serves until it is told to stop, and leaves the
/// containers alone.
public final class Main {
    private static final String VERSION = dev.gantry.cli.Gantry.VERSION;

    private Main() {}

    public static void main(String[] args) {
        try {
            run(DaemonFlags.strip(List.of(args)), UsualPlaces.of(System.getenv()));
        } catch (GantryException e) {
            System.err.println("gantry daemon: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void run(List<String> args, UsualPlaces usual) {
        if (args.isEmpty() || !args.getFirst().equals("stop")) {
            DaemonFlags flags = DaemonFlags.parse(args, usual);
            switch (flags.question()) {
                case HELP -> System.out.print(DaemonHelp.text());
                case VALID -> {
                    flags.tls().ifPresent(Tls::of);
                    AccessFiles.rules(flags.settings());
                    EngineOptions.networks(flags.settings());
                    EngineOptions.storage(flags.settings());
                    Reloading.check(flags.settings());
                    MetricsSocket.address(flags.settings());
                    Tracing.check(System.getenv());
                    System.out.println("configuration OK");
                }
                case VERSION -> System.out.println("gantry version " + VERSION);
                case NONE -> {
                    if (!Rights.toRunEngines()) {
                        if (flags.sockets().contains(usual.socket())) {
                            usual.prepare();
                        }
                        Rootless.enter(flags);
                    }
                    serve(flags);
                }
            }
        } else {
            DaemonStop.run(args.subList(1, args.size()), usual);
        }
    }

    private static void serve(DaemonFlags flags) {
        DaemonLog.configure(flags.level());
        Tls tls = flags.tls().map(Tls::of).orElse(Tls.NONE);
        Logger log = LoggerFactory.getLogger(Main.class);
        Optional<Outside> outside = Outside.find(flags.execRoot());
        Reloading state = new Reloading(flags.settings());
        Notify supervisor = Notify.of(System.getenv());
        checkNet(flags, outside);
        MetricsSocket.address(flags.settings());
        HostFacts host = HostFacts.read(VERSION, outside.map(Outside::network).orElse(""));
        Optional<Tracing> tracing = Tracing.open(System.getenv(), VERSION);
        Clock clock = Clock.systemUTC();
        CountDownLatch stop = new CountDownLatch(1);
        try (var access = AccessFiles.open(flags.settings());
                var _ = OwnGroup.join(flags.cgroupParent());
                Gantry engine = Gantry.open(options(flags, state, tracing));
                Builder builder =
                        Builder.open(engine, () -> state.api().containers().usual(), clock, new SecureRandom());
                var buildkit = new BuildkitRoutes(builder, engine, clock);
                var server = new HttpServer(
                        api(
                                new DockerApi(engine, host, state::api, clock, access.control(), builder, buildkit),
                                tracing),
                        gate(engine, flags),
                        DockerApi.headers(VERSION, state.api().experimental()),
                        clock,
                        mostConnections());
                var sockets = Sockets.open(server, flags.hosts(), flags.group(), tls);
                var _ = MetricsSocket.open(flags.settings(), engine, new MetricsPage(engine, host), clock);
                var _ = PidFile.write(flags.pidFile())) {
            Signals.stopOnTermination(stop);
            Signals.onHangup(() -> state.reload(engine.events(), supervisor));
            log.info(
                    "daemon=ready pid={} root={} hosts={}",
                    ProcessHandle.current().pid(),
                    flags.dataRoot(),
                    sockets);
            supervisor.ready();
            stop.await();
            supervisor.stopping();
            log.info("daemon=leaving containers=alone");
            outside.ifPresent(o -> leave(o, engine));
        } catch (InterruptedException e) {
            throw new Internal("serve", "the main thread was interrupted", "start the daemon again", e);
        } finally {
            tracing.ifPresent(Tracing::close);
        }
    }

    private static ApiHandler api(DockerApi api, Optional<Tracing> tracing) {
        return tracing.map(t -> t.traced(api)).orElse(api);
    }

    /// Half of the descriptors: the others are for what is done for the clients, and for the containers.
    private static int mostConnections() {
        long limit = Linux.host().processes().limit(0, ProcessCalls.DESCRIPTORS).soft();
        return limit < 0 ? Integer.MAX_VALUE : Math.clamp(limit / 2, 1, Integer.MAX_VALUE);
    }

    /// A plugin that is not there keeps the daemon from starting: whoever named it does not want to be without.
    private static Gate gate(Gantry engine, DaemonFlags flags) {
        if (flags.authorization().isEmpty()) {
            return Gate.OPEN;
        }
        AuthorizationPlugins plugins = engine.authorization(flags.authorization());
        plugins.check();
        return new AuthorizationGate(plugins);
    }

    private static void checkNet(DaemonFlags flags, Optional<Outside> outside) {
        if (flags.rootlessNet() != Rootless.Net.AUTO && outside.isEmpty()) {
            throw new InvalidArgument(
                    "start the daemon with --rootless-net "
                            + flags.rootlessNet().word(),
                    "this process has the rights of an administrator, and needs no namespaces of its own",
                    "leave the flag out, or start it as an ordinary user");
        }
    }

    /// An engine without running containers leaves nothing of a user's namespaces behind.
    private static void leave(Outside outside, Gantry engine) {
        try {
            if (engine.containers().list().stream().noneMatch(Container::isRunning)) {
                outside.leave();
            }
        } catch (IOException e) {
            LoggerFactory.getLogger(Main.class).warn("daemon=leaving namespaces=kept why=\"{}\"", e.toString());
        }
    }

    private static GantryOptions options(DaemonFlags flags, Reloading state, Optional<Tracing> tracing) {
        return GantryOptions.at(flags.dataRoot(), flags.execRoot(), flags.shim())
                .cgroup(flags.cgroupParent())
                .autostart(flags.again())
                .hidden(Stream.concat(flags.sockets().stream(), Activation.paths(flags.hosts()).stream())
                        .toList())
                .plugins(
                        flags.cdi().isEmpty()
                                ? PluginDirectories.STANDARD
                                : PluginDirectories.STANDARD.withCdi(flags.cdi()))
                .overlay(flags.overlay())
                .registries(state::registries)
                .networks(EngineOptions.networks(flags.settings()))
                .storage(EngineOptions.storage(flags.settings()))
                .tracer(tracing.map(t -> (Tracer) t).orElse(Tracer.NONE))
                .ids(new SubordinateIds(
                                Path.of("/etc"),
                                why -> LoggerFactory.getLogger(Main.class).warn("userns-remap=off why=\"{}\"", why))
                        .of(flags.settings().text("userns-remap").orElse("")));
    }
}
