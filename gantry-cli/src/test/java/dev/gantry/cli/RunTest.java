package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.PortBinding;
import dev.gantry.api.json.Wire;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunTest extends CommandTest {
    private static final String ID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @BeforeEach
    void anEngineThatRunsWhatItIsGiven() {
        engine.answer("POST /containers/create", 201, "{\"Id\":\"" + ID + "\",\"Warnings\":[]}");
        engine.answer("POST /containers/" + ID + "/start", 204, "");
        engine.answer("POST /containers/" + ID + "/wait", 200, "{\"StatusCode\":0}");
        engine.answer("POST /containers/" + ID + "/resize", 200, "");
        engine.takeover("POST /containers/" + ID + "/attach", (_, out) -> out.write(frame(1, "hello\n")));
    }

    private static byte[] frame(int stream, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[8 + bytes.length];
        frame[0] = (byte) stream;
        frame[7] = (byte) bytes.length;
        System.arraycopy(bytes, 0, frame, 8, bytes.length);
        return frame;
    }

    private CreateRequest created() {
        return Wire.json().type(CreateRequest.class).fromJson(engine.bodyOf("POST /containers/create"));
    }

    @Test
    void outputArrivesAndTheExitCodeIsTheContainers() {
        engine.takeover("POST /containers/" + ID + "/attach", (_, out) -> {
            out.write(frame(1, "out\n"));
            out.write(frame(2, "err\n"));
        });
        engine.answer("POST /containers/" + ID + "/wait", 200, "{\"StatusCode\":42}");
        assertThat(gantry("run", "--rm", "debian", "sh", "-c", "exit 42")).isEqualTo(42);
        assertThat(out()).isEqualTo("out\n");
        assertThat(err()).isEqualTo("err\n");
        assertThat(engine.lines())
                .containsExactly(
                        "POST /containers/create",
                        "POST /containers/" + ID + "/attach?stream=1&stdout=1&stderr=1",
                        "POST /containers/" + ID + "/wait?condition=removed",
                        "POST /containers/" + ID + "/start");
    }

    @Test
    void aContainerKilledForItsMemorySaysSoAndAnotherKillDoesNot() {
        engine.answer("POST /containers/" + ID + "/wait", 200, "{\"StatusCode\":137}");
        engine.answer("GET /events", 200, "{\"Type\":\"container\",\"Action\":\"oom\"}\n");
        assertThat(gantry("run", "--rm", "debian", "sh")).isEqualTo(137);
        assertThat(err()).contains("ran out of memory").contains("--memory");
        assertThat(engine.lines()).anyMatch(l -> l.matches("GET /events\\?since=\\d+\\.\\d{9}&until=\\d+\\.\\d{9}&.*"));
        caller.err.reset();
        engine.answer("GET /events", 200, "");
        assertThat(gantry("run", "--rm", "debian", "sh")).isEqualTo(137);
        assertThat(err()).isEmpty();
    }

    @Test
    void namesAndAddressesReachTheEngine() {
        gantry(
                "run",
                "-d",
                "--add-host",
                "a:10.0.0.1",
                "--add-host",
                "b=[fd00::1]",
                "--dns",
                "10.0.0.2",
                "--dns-search",
                "example.org",
                "--dns-opt",
                "ndots:2",
                "debian");
        assertThat(created().hostConfig()).isNotNull().satisfies(h -> {
            assertThat(h.extraHosts()).containsExactly("a:10.0.0.1", "b:fd00::1");
            assertThat(h.dns()).containsExactly("10.0.0.2");
            assertThat(h.dnsSearch()).containsExactly("example.org");
            assertThat(h.dnsOptions()).containsExactly("ndots:2");
        });
        assertThat(gantry("run", "--add-host", "a", "debian")).isEqualTo(125);
    }

    @Test
    void networksAndPortsReachTheEngine() {
        gantry(
                "run",
                "-d",
                "--network",
                "front",
                "--network",
                "name=back,alias=db,ip=10.7.0.9,gw-priority=3,driver-opt=a=b",
                "--network-alias",
                "www",
                "--ip6",
                "fd00::9",
                "--link",
                "cache:redis",
                "-p",
                "8080:80",
                "-p",
                "[::1]:5000-5001:6000-6001/udp",
                "-p",
                "127.0.0.1::81",
                "--expose",
                "90-91",
                "-P",
                "debian");
        assertThat(created().hostConfig()).isNotNull().satisfies(h -> {
            assertThat(h.networkMode()).isEqualTo("front");
            assertThat(h.publishAllPorts()).isTrue();
            assertThat(h.portBindings())
                    .containsOnly(
                            Map.entry("80/tcp", List.of(new PortBinding("", "8080"))),
                            Map.entry("6000/udp", List.of(new PortBinding("::1", "5000"))),
                            Map.entry("6001/udp", List.of(new PortBinding("::1", "5001"))),
                            Map.entry("81/tcp", List.of(new PortBinding("127.0.0.1", ""))));
        });
        assertThat(created().exposedPorts())
                .containsOnlyKeys("80/tcp", "6000/udp", "6001/udp", "81/tcp", "90/tcp", "91/tcp");
        var endpoints = created().networkingConfig().endpointsConfig();
        assertThat(endpoints.get("front").aliases()).containsExactly("www");
        assertThat(endpoints.get("front").ipamConfig().ipv6Address()).isEqualTo("fd00::9");
        assertThat(endpoints.get("front").links()).containsExactly("cache:redis");
        assertThat(endpoints.get("back").aliases()).containsExactly("db");
        assertThat(endpoints.get("back").ipamConfig().ipv4Address()).isEqualTo("10.7.0.9");
        assertThat(endpoints.get("back").gwPriority()).isEqualTo(3);
        assertThat(endpoints.get("back").driverOpts()).isEqualTo(Map.of("a", "b"));
    }

    @Test
    void flagsOfNetworksThatContradictThemselvesAreRefused() {
        for (String[] flags : new String[][] {
            {"--network", "a", "--network", "a"},
            {"--network", "name=a,alias=x", "--network-alias", "y"},
            {"--network", "alias=x"},
            {"--network", "name=a,colour=red"},
            {"-p", "80:http"},
            {"-p", "1-3:1-2"},
            {"-p", "80/quic"},
            {"-p", "70000:80"},
            {"--expose", "x"}
        }) {
            List<String> line = new ArrayList<>(List.of("run"));
            line.addAll(List.of(flags));
            line.add("debian");
            assertThat(gantry(line.toArray(String[]::new)))
                    .as(String.join(" ", line))
                    .isEqualTo(125);
        }
    }

    @Test
    void aDetachedRunPrintsTheIdOnly() {
        assertThat(gantry("run", "-d", "debian", "sleep", "9")).isZero();
        assertThat(out()).isEqualTo(ID + "\n");
        assertThat(created().attachStdout()).isFalse();
    }

    @Test
    void inputIsSentToItsLastByteAndOnlyThatDirectionCloses() {
        byte[] input = new byte[500_000];
        new java.util.Random(7).nextBytes(input);
        caller.in = new ByteArrayInputStream(input);
        byte[][] received = new byte[1][];
        engine.takeover("POST /containers/" + ID + "/attach", (in, out) -> {
            received[0] = in.readAllBytes();
            out.write(frame(1, "after"));
        });
        assertThat(gantry("run", "-i", "debian", "cat")).isZero();
        assertThat(received[0]).isEqualTo(input);
        assertThat(out()).isEqualTo("after");
        assertThat(created().stdinOnce()).isTrue();
    }

    @Test
    void flagsAfterTheImageBelongToTheCommand() {
        gantry("run", "debian", "ls", "-la", "--rm", "--help");
        assertThat(created().cmd()).containsExactly("ls", "-la", "--rm", "--help");
        assertThat(created().hostConfig().autoRemove()).isFalse();
    }

    @Test
    void everyFlagReachesItsField() {
        caller.environment.put("FROM_ME", "mine");
        caller.file("/home/me/vars", "# a comment\nA=1\nFROM_ME\nNOT_SET\n")
                .file("/home/me/p.json", "{ \"defaultAction\": \"x\" }");
        assertThat(gantry(
                        "run",
                        "-d",
                        "--rm",
                        "--name",
                        "web",
                        "-e",
                        "A=2",
                        "-e",
                        "GONE",
                        "--env-file",
                        "vars",
                        "-v",
                        "./src:/src:ro",
                        "-w",
                        "/src",
                        "-u",
                        "1:2",
                        "-m32m",
                        "--memory-swap=-1",
                        "--cpus",
                        "0.5",
                        "--cpu-shares",
                        "9",
                        "--cpuset-cpus",
                        "0-1",
                        "--pids-limit",
                        "10",
                        "--cap-add",
                        "NET_ADMIN",
                        "--cap-drop=ALL",
                        "--security-opt",
                        "seccomp=p.json",
                        "--security-opt",
                        "no-new-privileges",
                        "--read-only",
                        "--tmpfs",
                        "/t:size=1m",
                        "-h",
                        "box",
                        "--entrypoint",
                        "/e",
                        "--network",
                        "host",
                        "--init",
                        "-l",
                        "k=v",
                        "--ulimit",
                        "nofile=10:20",
                        "--stop-signal",
                        "INT",
                        "--stop-timeout",
                        "3",
                        "--log-driver",
                        "json-file",
                        "--log-opt",
                        "max-size=1m",
                        "--mount",
                        "type=tmpfs,target=/m,tmpfs-size=1k",
                        "--cidfile",
                        "cid",
                        "image",
                        "arg"))
                .isZero();
        CreateRequest c = created();
        assertThat(c.env()).containsExactlyInAnyOrder("A=2", "FROM_ME=mine", "GONE");
        assertThat(c.workingDir()).isEqualTo("/src");
        assertThat(c.user()).isEqualTo("1:2");
        assertThat(c.hostname()).isEqualTo("box");
        assertThat(c.entrypoint()).containsExactly("/e");
        assertThat(c.cmd()).containsExactly("arg");
        assertThat(c.labels()).isEqualTo(Map.of("k", "v"));
        assertThat(c.stopSignal()).isEqualTo("INT");
        assertThat(c.stopTimeout()).isEqualTo(3);
        var host = c.hostConfig();
        assertThat(host.binds()).containsExactly("/home/me/src:/src:ro");
        assertThat(host.memory()).isEqualTo(32L << 20);
        assertThat(host.memorySwap()).isEqualTo(-1);
        assertThat(host.nanoCpus()).isEqualTo(500_000_000);
        assertThat(host.cpuShares()).isEqualTo(9);
        assertThat(host.cpusetCpus()).isEqualTo("0-1");
        assertThat(host.pidsLimit()).isEqualTo(10);
        assertThat(host.capAdd()).containsExactly("NET_ADMIN");
        assertThat(host.capDrop()).containsExactly("ALL");
        assertThat(host.securityOpt()).containsExactly("seccomp={\"defaultAction\":\"x\"}", "no-new-privileges");
        assertThat(host.readonlyRootfs()).isTrue();
        assertThat(host.tmpfs()).isEqualTo(Map.of("/t", "size=1m"));
        assertThat(host.networkMode()).isEqualTo("host");
        assertThat(host.init()).isTrue();
        assertThat(host.ulimits().getFirst().hard()).isEqualTo(20);
        assertThat(host.logConfig().config()).isEqualTo(Map.of("max-size", "1m"));
        assertThat(host.mounts().getFirst().tmpfsOptions().sizeBytes()).isEqualTo(1024);
        assertThat(new String(caller.files.get("/home/me/cid"), StandardCharsets.UTF_8))
                .isEqualTo(ID);
        assertThat(engine.lines().getFirst()).isEqualTo("POST /containers/create?name=web");
    }

    @Test
    void withoutANetworkFlagTheEngineChooses() {
        gantry("run", "-d", "debian");
        assertThat(created().hostConfig().networkMode()).isEqualTo("default");
        assertThat(created().networkingConfig()).isNull();
    }

    @Test
    void aMissingImageIsPulledOnceAndTheRunGoesOn() {
        engine.first("POST /containers/create", 404, "{\"message\":\"No such image: debian:12\"}");
        engine.answer("POST /images/create", 200, "{\"status\":\"Pulling from library/debian\",\"id\":\"12\"}\r\n");
        assertThat(gantry("run", "debian:12", "true")).isZero();
        assertThat(engine.lines()).contains("POST /images/create?fromImage=debian&tag=12");
        assertThat(err())
                .contains("Unable to find image 'debian:12' locally")
                .contains("12: Pulling from library/debian");
        assertThat(out()).isEqualTo("hello\n");
    }

    @Test
    void aPullThatFailsEndsTheRunWith125() {
        engine.first("POST /containers/create", 404, "{\"message\":\"No such image: x:latest\"}");
        engine.answer(
                "POST /images/create",
                200,
                "{\"errorDetail\":{\"message\":\"manifest unknown\"},\"error\":\"manifest unknown\"}\r\n");
        assertThat(gantry("run", "x")).isEqualTo(125);
        assertThat(err()).contains("gantry: manifest unknown");
    }

    @Test
    void neverPullsWhenToldSo() {
        engine.answer("POST /containers/create", 404, "{\"message\":\"No such image: x:latest\"}");
        assertThat(gantry("run", "--pull", "never", "x")).isEqualTo(125);
        assertThat(engine.lines()).containsExactly("POST /containers/create");
    }

    @Test
    void theRootDirectoryAsImageSaysWhatItMeans() {
        gantry("run", "--rm", "dir:/", "true");
        assertThat(err())
                .isEqualTo("gantry: the host's files are readable in this container, because its image is dir:/\n");
    }

    @Test
    void exitCodesOfAFailedStartAreThoseOfTheDockerClient() {
        for (var words : Map.of(
                        "exec: \"nope\": executable file not found in $PATH", 127,
                        "exec /etc/passwd: permission denied", 126,
                        "mount /proc (step 4 of 9): EPERM", 125)
                .entrySet()) {
            engine.answer("POST /containers/" + ID + "/start", 400, "{\"message\":" + quoted(words.getKey()) + "}");
            assertThat(gantry("run", "debian", "nope")).isEqualTo(words.getValue());
            assertThat(gantry("run", "-d", "debian", "nope")).isEqualTo(words.getValue());
        }
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\"", "\\\"") + "\"";
    }

    @Test
    void signalsArePassedOnButNotWithATerminal() {
        engine.answer("POST /containers/" + ID + "/kill", 204, "");
        engine.takeover("POST /containers/" + ID + "/attach", (_, _) -> {
            engine.await("POST /containers/" + ID + "/start");
            caller.signals.accept("TERM");
        });
        gantry("run", "debian");
        assertThat(engine.lines()).contains("POST /containers/" + ID + "/kill?signal=TERM");
        engine.asked.clear();
        gantry("run", "-t", "debian");
        gantry("run", "--sig-proxy=false", "debian");
        assertThat(engine.lines()).noneMatch(l -> l.contains("/kill"));
    }

    @Test
    void aTerminalIsRawFitsAndIsGivenBack() {
        caller.terminals.addAll(List.of(Caller.Stream.values()));
        engine.takeover(
                "POST /containers/" + ID + "/attach",
                (_, out) -> out.write("prompt$ ".getBytes(StandardCharsets.UTF_8)));
        assertThat(gantry("run", "-it", "debian")).isZero();
        assertThat(out()).isEqualTo("prompt$ ");
        assertThat(caller.log).containsExactly("raw", "cooked");
        assertThat(created().hostConfig().consoleSize()).containsExactly(24, 80);
        assertThat(engine.lines()).contains("POST /containers/" + ID + "/resize?h=24&w=80");
    }

    @Test
    void detachKeysLeaveItRunning() {
        caller.terminals.addAll(List.of(Caller.Stream.values()));
        caller.in = new ByteArrayInputStream(new byte[] {'a', 16, 'b', 16, 17, 'c'});
        byte[][] received = new byte[1][];
        engine.takeover("POST /containers/" + ID + "/attach", (in, _) -> received[0] = readAll(in));
        assertThat(gantry("run", "-it", "debian")).isZero();
        assertThat(err()).contains("gantry attach 0123456789ab");
        assertThat(caller.log).containsExactly("raw", "cooked");
        assertThat(engine.lines()).anyMatch(l -> l.contains("/start"));
    }

    private static byte[] readAll(InputStream in) throws IOException {
        return in.readAllBytes();
    }

    @Test
    void aTerminalIsAskedOfInputThatIsNone() {
        assertThat(gantry("run", "-it", "debian")).isEqualTo(1);
        assertThat(err()).contains("not a terminal");
        assertThat(engine.asked).isEmpty();
    }

    @Test
    void volumesOfAllKindsAreAskedFor() {
        engine.answer("POST /containers/create", 201, "{\"Id\":\"abc\",\"Warnings\":[]}");
        gantry(
                "create",
                "-v",
                "data:/d:ro",
                "-v",
                "/anon",
                "--volumes-from",
                "web:ro",
                "--mount",
                "src=other,dst=/o,volume-subpath=a/b,volume-nocopy,volume-label=k=v,volume-opt=type=tmpfs,"
                        + "\"volume-opt=o=size=1m,uid=3\"",
                "busybox");
        assertThat(engine.bodyOf("POST /containers/create"))
                .contains("\"Binds\":[\"data:/d:ro\"]", "\"VolumesFrom\":[\"web:ro\"]", "\"Volumes\":{\"/anon\":{}}")
                .contains("\"Type\":\"volume\",\"Source\":\"other\",\"Target\":\"/o\"", "\"Subpath\":\"a/b\"")
                .contains("\"NoCopy\":true", "\"Labels\":{\"k\":\"v\"}", "\"o\":\"size=1m,uid=3\"");
    }

    @Test
    void mountsOfAllKindsAreAskedFor() {
        gantry(
                "create",
                "--mount",
                "type=bind,src=/a,dst=/b,readonly,bind-recursive=writable,consistency=cached,idmap=uids=0-1-1",
                "--mount",
                "type=bind,src=/a,dst=/c,readonly,bind-recursive=readonly,bind-propagation=rprivate",
                "--mount",
                "type=image,src=busybox,dst=/i,subpath=etc",
                "--mount",
                "src=data,dst=/v,subpath=a",
                "busybox");
        assertThat(engine.bodyOf("POST /containers/create"))
                .contains("\"BindOptions\":{\"ReadOnlyNonRecursive\":true}")
                .contains("\"Consistency\":\"cached\"", "\"IdMap\":\"uids=0-1-1\"")
                .contains("\"BindOptions\":{\"Propagation\":\"rprivate\",\"ReadOnlyForceRecursive\":true}")
                .contains("\"ImageOptions\":{\"Subpath\":\"etc\"}", "\"VolumeOptions\":{\"Subpath\":\"a\"}");
    }

    @Test
    void whatCannotBeReadIsSaidBeforeAnythingIsAsked() {
        for (String[] line : new String[][] {
            {"run"},
            {"run", "--nope", "x"},
            {"run", "-m", "lots", "x"},
            {"run", "--cpus", "0.0000000001", "x"},
            {"run", "--restart", "maybe", "x"},
            {"run", "--mount", "type=bind,src=/a,dst=/b,bind-recursive=perhaps", "x"},
            {"run", "--mount", "type=bind,src=/a,dst=/b,bind-recursive=writable", "x"},
            {"run", "--mount", "type=bind,src=/a,dst=/b,volume-nocopy", "x"},
            {"run", "--mount", "type=bind,src=/a,dst=/b,subpath=c", "x"},
            {"run", "--mount", "src=a,dst=/b,tmpfs-size=1m", "x"},
            {"run", "--mount", "src=a,dst=/b,consistency=always", "x"},
            {"run", "--ulimit", "nofile=9:3", "x"},
            {"run", "--rm", "--restart", "always", "x"},
            {"run", "-p", "80:", "x"},
            {"run", "--mount", "type=bind", "x"},
            {"run", "-d", "-a", "stdin", "x"},
            {"run", "--pull", "maybe", "x"},
            {"run", "--detach-keys", "ctrl-ö", "x"},
            {"run", "--name"},
        }) {
            caller.err.reset();
            assertThat(gantry(line)).as(String.join(" ", line)).isEqualTo(125);
            assertThat(err()).startsWith("gantry: read the command line: ");
        }
        assertThat(engine.asked).isEmpty();
    }
}
