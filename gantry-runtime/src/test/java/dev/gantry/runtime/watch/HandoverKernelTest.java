package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.BUSYBOX;
import static dev.gantry.runtime.watch.Shim.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.Rtnetlink;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Namespaces;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Network namespaces handed over between container and engine: `docs/shim-protocol.md` promises 13 and 14.
@Tag("kernel")
class HandoverKernelTest {
    private static final int ECONNRESET = 104; // <errno.h>
    private static final int ETIMEDOUT = 110;
    private static final int PATIENCE = 20_000;

    @TempDir
    Path temp;

    private Watched watched;

    @BeforeEach
    void open() throws IOException {
        Assumptions.assumeTrue(
                Linux.host().processes().effectiveUid() == 0, "not root: no network namespace of its own");
        watched = Watched.in(temp);
    }

    @AfterEach
    void close() throws Exception {
        watched.close();
    }

    /// Runs `script` in a network namespace of its own after the handover.
    private byte[] plan(long flags, long patience, String script) {
        List<Step> steps = new ArrayList<>(List.of(
                Shim.jsonLog(temp.resolve("log")),
                new Step.Stdin(Step.Stdin.OPEN),
                new Step.ExitRecordAt(temp.resolve("exit").toString(), "0-0"),
                new Step.Clone(Namespaces.NET, 0),
                new Step.Loopback(),
                new Step.Handover(flags, patience),
                new Step.Await()));
        steps.add(new Step.Exec(List.of(BUSYBOX, "sh", "-c", script), List.of("PATH=/usr/sbin:/usr/bin:/bin"), 0));
        return PlanCodec.encode(new LaunchPlan(steps));
    }

    private String log() throws IOException {
        return Files.exists(temp.resolve("log")) ? Files.readString(temp.resolve("log")) : "";
    }

    private static Rtnetlink links(NetworkDoor.Network network) {
        return new Rtnetlink(
                NetlinkSocket.over(Linux.host(), network.route(), NetlinkSocket.Protocol.ROUTE, Duration.ofSeconds(5)));
    }

    private static int port(Fd socket) {
        byte[] name = Linux.host().sockets().name(socket);
        assertThat(name).startsWith(2, 0).containsSubsequence(127, 0, 0, 11);
        return Byte.toUnsignedInt(name[2]) << 8 | Byte.toUnsignedInt(name[3]);
    }

    private List<Long> childrenOfTheWatch() {
        try {
            long pid = watched.spawned.pid();
            String all = Files.readString(Path.of("/proc/" + pid + "/task/" + pid + "/children"));
            return all.isBlank()
                    ? List.of()
                    : List.of(all.strip().split(" ", -1)).stream()
                            .map(Long::parseLong)
                            .filter(Shim::alive)
                            .toList();
        } catch (IOException _) {
            return List.of(); // the watch is gone
        }
    }

    @Test
    void theProgramFindsWhatTheEngineMadeBeforeIt() throws IOException {
        Watch watch = watched.connect();
        LaunchOutcome outcome = watch.launch(plan(0, PATIENCE, "ip -o link"), door -> {
            try (NetworkDoor.Network network = door.network()) {
                links(network)
                        .execute(LinkRequest.named("made0").bridge(_ -> {}).create());
                assertThat(temp.resolve("exit")).doesNotExist();
            }
        });
        assertThat(outcome).isInstanceOf(LaunchOutcome.Started.class);
        assertThat(watched.end(watch).code()).isZero();
        assertThat(log()).contains("LOOPBACK,UP").contains("made0");
    }

    @Test
    void theNamespaceOfAUserNamespaceIsReachedToo() throws IOException {
        List<Step> steps = List.of(
                Shim.jsonLog(temp.resolve("log")),
                new Step.Clone(Namespaces.USER | Namespaces.NET, 0),
                new Step.IdMap("0 100000 1000", "0 100000 1000", false),
                new Step.Loopback(),
                new Step.Handover(Step.Handover.RESOLVER, PATIENCE),
                new Step.Await(),
                new Step.Exec(List.of(BUSYBOX, "ip", "-o", "link"), List.of(), 0));
        Watch watch = watched.connect();
        watch.launch(PlanCodec.encode(new LaunchPlan(steps)), door -> {
            try (NetworkDoor.Network network = door.network();
                    NetworkDoor.Resolver resolver = door.resolver()) {
                assertThat(port(resolver.udp())).isPositive();
                links(network)
                        .execute(LinkRequest.named("made0").bridge(_ -> {}).create());
            }
        });
        watched.end(watch);
        assertThat(log()).contains("made0");
    }

    @Test
    void whatTheConnectorThrowsUndoesTheLaunch() throws IOException {
        Watch watch = watched.connect();
        assertThatThrownBy(() -> watch.launch(plan(1, PATIENCE, "echo ran"), _ -> {
                    throw new Conflict("connect network web", "no address is free", "remove a container");
                }))
                .hasMessage("connect network web: no address is free: remove a container");
        await("the watch leaves", () -> !watched.alive());
        assertThat(log()).doesNotContain("ran");
        assertThat(temp.resolve("exit")).doesNotExist();
    }

    @Test
    void anEngineThatTakesTooLongIsNotWaitedFor() {
        Watch watch = watched.connect();
        AtomicInteger called = new AtomicInteger();
        LaunchOutcome outcome = watch.launch(plan(0, 50, "echo ran"), _ -> {
            called.incrementAndGet();
            await("the child was undone", () -> childrenOfTheWatch().isEmpty());
        });
        assertThat(called).hasValue(1);
        assertThat(outcome)
                .isEqualTo(new LaunchOutcome.Failed(6, ETIMEDOUT, "the engine did not connect the network in time"));
    }

    /// Another process holds the connection and dies by SIGKILL, as an engine would.
    @Test
    void theEngineIsKilledBetweenHandoverAndGoAndNothingIsLeft() throws Exception {
        Path file = Files.write(temp.resolve("plan"), plan(1, PATIENCE, "echo ran"));
        Process engine = new ProcessBuilder(
                        "python3", "-c", """
                import socket, struct, sys
                def frame(kind, payload): return struct.pack("<IHH", len(payload), kind, 0) + payload
                s = socket.socket(socket.AF_UNIX)
                s.connect(sys.argv[1])
                s.sendall(frame(1, struct.pack("<H", 2)) + frame(2, open(sys.argv[2], "rb").read()))
                kind = 0
                while kind != 24:
                    size, kind, _ = struct.unpack("<IHH", s.recv(8, socket.MSG_WAITALL))
                    s.recv(size, socket.MSG_WAITALL)
                print("offered", flush=True)
                s.recv(1)
                """, watched.dir.resolve("s").toString(), file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(engine.inputReader().readLine()).isEqualTo("offered");
            assertThat(childrenOfTheWatch()).isNotEmpty();
        } finally {
            engine.destroyForcibly().waitFor();
        }
        await("the watch leaves", () -> !watched.alive());
        assertThat(log()).doesNotContain("ran");
        assertThat(temp.resolve("exit")).doesNotExist();
        assertThat(watched.dir.resolve("s")).doesNotExist();
    }

    @Test
    void theConnectionEndsBeforeTheOffer() {
        Watch watch = watched.connect();
        try (Watch other = Watch.connect(watched.dir)) {
            assertThatThrownBy(() -> watch.launch(plan(0, PATIENCE, "echo ran"), _ -> watch.close()))
                    .hasMessageContaining("does not answer");
            assertThat(other.greeting().state()).isEqualTo(Watch.State.WAITING);
        }
        await("the watch leaves", () -> !watched.alive());
    }

    @Test
    void anEngineThatAdoptsGetsTheSocketsAgainAndWhatWaitsInThem() throws IOException {
        Watch first = watched.connect();
        Path where = temp.resolve("port");
        AtomicInteger port = new AtomicInteger();
        String ask = "python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                + "s.sendto(b\"hello\", (\"127.0.0.11\", int(open(\"" + where + "\").read())))'; exec cat";
        first.launch(plan(1, PATIENCE, ask), door -> {
            try (NetworkDoor.Resolver resolver = door.resolver()) {
                port.set(port(resolver.udp()));
                Files.writeString(where, Integer.toString(port.get()));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        first.close();

        Watch second = watched.connect();
        second.subscribe();
        try (NetworkDoor door = second.networkDoor();
                NetworkDoor.Resolver resolver = door.resolver();
                NetworkDoor.Network network = door.network()) {
            assertThat(port(resolver.udp())).isEqualTo(port.get());
            assertThat(port(resolver.tcp())).isPositive();
            assertThat(Linux.host().sockets().readable(resolver.udp(), Duration.ofSeconds(60)))
                    .isTrue();
            byte[] query =
                    Linux.host().sockets().receive(resolver.udp(), 100, 0).bytes();
            assertThat(new String(query, StandardCharsets.UTF_8)).isEqualTo("hello");
            links(network).execute(LinkRequest.named("later0").bridge(_ -> {}).create());
            assertThat(links(door.network()).link("later0")).isPresent();
            second.signal(9);
            watched.end(second);
        }
    }

    @Test
    void settingsAreWrittenInsideAndNowhereElse() throws IOException {
        Path ours = Path.of("/proc/sys/net/ipv4/conf/lo/log_martians");
        String before = Files.readString(ours);
        Watch watch = watched.connect();
        watch.launch(plan(0, PATIENCE, "read line; cat " + ours + "; echo end"), _ -> {});
        watch.set(Map.of("net.ipv4.conf.lo.log_martians", "7"));
        assertThatThrownBy(() -> watch.set(Map.of("kernel.hostname", "x"))).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> watch.set(Map.of("net/../kernel/hostname", "x")))
                .isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> watch.set(Map.of("net.ipv4.conf.eth9.log_martians", "7")))
                .hasMessageContaining("net.ipv4.conf.eth9.log_martians = 7");
        try (var attachment = watch.attach(AttachOptions.output().withStdin());
                var in = attachment.stdin()) {
            in.write("go\n".getBytes(StandardCharsets.UTF_8));
        }
        watched.end(watch);
        assertThat(log()).contains("7\\n").contains("end");
        assertThat(Files.readString(ours)).isEqualTo(before);
    }

    @Test
    void theHostsNetworkIsNotGiven() {
        Watch watch = watched.run(Shim.shell(List.of(), "exec sleep 100"));
        try (NetworkDoor door = watch.networkDoor()) {
            assertThatThrownBy(door::network).isInstanceOf(Conflict.class).hasMessageContaining("of its own");
            assertThatThrownBy(door::resolver).isInstanceOf(Conflict.class);
        }
        watch.signal(9);
        watched.end(watch);
    }

    @Test
    void withoutAHandoverItIsFoundWhenSomebodyAsks() throws IOException {
        List<Step> steps = List.of(
                new Step.Clone(Namespaces.NET, 0),
                new Step.Loopback(),
                new Step.Exec(List.of(BUSYBOX, "sleep", "100"), List.of(), 0));
        Watch watch = watched.run(PlanCodec.encode(new LaunchPlan(steps)));
        try (NetworkDoor door = watch.networkDoor();
                NetworkDoor.Network network = door.network();
                NetworkDoor.Resolver resolver = door.resolver()) {
            assertThat(resolver.tcp().number()).isNotNegative();
            assertThat(Files.readSymbolicLink(
                            Path.of("/proc/self/fd/" + network.namespace().number())))
                    .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
        }
        watch.signal(9);
        watched.end(watch);
    }

    /// What `--network container:…` is: the other's namespace by the process that holds it, which then outlives it.
    @Test
    void anotherContainerJoinsTheNetworkAndKeepsIt() throws Exception {
        Watch first = watched.connect();
        LaunchOutcome.Started started =
                (LaunchOutcome.Started) first.launch(plan(0, PATIENCE, "exec sleep 100"), door -> {
                    try (NetworkDoor.Network network = door.network()) {
                        links(network)
                                .execute(LinkRequest.named("made0")
                                        .bridge(_ -> {})
                                        .create());
                    }
                });
        List<Step> steps = List.of(
                Shim.jsonLog(temp.resolve("log2")),
                new Step.Stdin(Step.Stdin.OPEN),
                new Step.Join(started.pid(), started.startTime(), Namespaces.NET),
                new Step.Clone(0, 0),
                new Step.Exec(
                        List.of(BUSYBOX, "sh", "-c", "ip -o link; read line; ip -o link"),
                        List.of("PATH=/usr/sbin:/usr/bin:/bin"),
                        0));
        try (Watched other = Watched.in(Files.createDirectory(temp.resolve("other")))) {
            Watch second = other.run(PlanCodec.encode(new LaunchPlan(steps)));
            first.signal(9);
            watched.end(first);
            try (var attachment = second.attach(AttachOptions.output().withStdin());
                    var in = attachment.stdin()) {
                in.write("go\n".getBytes(StandardCharsets.UTF_8));
            }
            other.end(second);
        }
        assertThat(Files.readString(temp.resolve("log2")).split("made0", -1)).hasSize(3);
    }

    @Test
    void thereIsNoWayToHandOverTheHostsNetwork() {
        List<Step> steps = List.of(
                new Step.Clone(0, 0),
                new Step.Handover(0, PATIENCE),
                new Step.Await(),
                new Step.Exec(List.of(BUSYBOX, "true"), List.of(), 0));
        assertThat(watched.connect().launch(PlanCodec.encode(new LaunchPlan(steps))))
                .isInstanceOf(LaunchOutcome.Failed.class);
    }
}
