package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.container.PortBinding;
import dev.gantry.api.container.PortsUpdate;
import dev.gantry.network.model.Instance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// Kills gantryd at random moments while networks are made and removed, containers connected and disconnected, ports
/// published and taken back; starts it again, and holds it to its word: networks that were acknowledged are there,
/// removed ones are gone, and once nobody uses anything there is no interface, rule, address, port or mount left.
final class NetworkKills {
    /// Room for five containers.
    private static final String NARROW = "10.95.0.0/29";

    private static final int ROOM = 5;

    /// What its user knows about a network.
    private enum Known {
        THERE,
        GONE,
        /// A request about it was not answered.
        OPEN
    }

    private final Path image;
    private final DaemonProcess daemon;
    private final Kills kills;
    private final Random random;
    private final Map<String, Known> networks = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();
    private int verified;

    NetworkKills(Path directory, DaemonProcess daemon, long seed) throws IOException {
        this.image = Rootfs.busybox(directory.resolve("image"));
        this.daemon = daemon;
        this.random = new Random(seed);
        this.kills = new Kills(daemon, random);
    }

    /// `times`: load, kill, start again, verify.
    void run(int times) throws IOException, InterruptedException {
        try (EngineClient client = daemon.client()) {
            network(client, "narrow", NARROW);
        }
        for (int i = 0; i < times; i++) {
            int wanted = answers.get() + random.nextInt(20);
            kills.one(
                    List.of((c, own) -> life(c, 9001), (c, own) -> life(c, 9002), (c, own) -> passing(c, 9003)),
                    () -> wanted + " answers",
                    () -> answers.get() >= wanted,
                    Duration.ofMillis(80));
            daemon.startAgain();
            verify();
        }
        assertThat(verified).as("networks and containers that were verified").isGreaterThan(times);
    }

    int verified() {
        return verified;
    }

    // load

    /// A network, a container in it, connected to another, with ports that come and go; then all of it goes.
    private void life(EngineClient client, int port) {
        String name = "n" + names.incrementAndGet();
        networks.put(name, Known.OPEN);
        network(client, name, "");
        networks.put(name, Known.THERE);
        answers.incrementAndGet();
        create(client, "c" + name, name, port);
        client.startContainer("c" + name);
        client.raw(Request.post("/networks/narrow/connect").json("{\"Container\":\"c" + name + "\"}"));
        answers.incrementAndGet();
        client.updatePorts("c" + name, new PortsUpdate(ports(port + 10), ports(port)));
        client.updatePorts("c" + name, new PortsUpdate(ports(port), Map.of()));
        answers.incrementAndGet();
        client.disconnectNetwork("narrow", "c" + name, false);
        client.disconnectNetwork(name, "c" + name, false);
        answers.incrementAndGet();
        client.removeContainer("c" + name, true, false, false);
        networks.put(name, Known.OPEN);
        client.removeNetwork(name);
        networks.put(name, Known.GONE);
        answers.incrementAndGet();
    }

    /// On the default network, as most are.
    private void passing(EngineClient client, int port) {
        String name = "p" + names.incrementAndGet();
        create(client, name, "bridge", port);
        client.startContainer(name);
        answers.incrementAndGet();
        client.removeContainer(name, true, false, false);
    }

    private static Map<String, List<PortBinding>> ports(int host) {
        return Map.of("80/tcp", List.of(new PortBinding("", Integer.toString(host))));
    }

    private static void network(EngineClient client, String name, String subnet) {
        String ipam = subnet.isEmpty() ? "" : ",\"IPAM\":{\"Config\":[{\"Subnet\":\"" + subnet + "\"}]}";
        client.raw(Request.post("/networks/create").json("{\"Name\":\"" + name + "\"" + ipam + "}"));
    }

    private void create(EngineClient client, String name, String network, int port) {
        String publish = port == 0 ? "" : ",\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"" + port + "\"}]}";
        client.raw(Request.post("/containers/create")
                .with("name", name)
                .json("{\"Image\":\"dir:" + image + "\",\"Cmd\":[\"sleep\",\"1000\"],\"HostConfig\":{\"NetworkMode\":\""
                        + network + "\"" + publish + "}}"));
    }

    // verification

    private void verify() throws IOException {
        try (EngineClient client = daemon.client()) {
            for (var container : client.containers(true, "", false, "")) {
                client.removeContainer(container.id(), true, false, false);
                verified++;
            }
            Set<String> listed =
                    client.networks("").stream().map(n -> n.name()).collect(Collectors.toCollection(TreeSet::new));
            networks.forEach((name, known) -> {
                if (known != Known.OPEN) {
                    assertThat(listed.contains(name))
                            .as("%s is %s", name, known)
                            .isEqualTo(known == Known.THERE);
                }
            });
            for (String name : listed) {
                if (networks.containsKey(name)) {
                    client.removeNetwork(name);
                    verified++;
                }
            }
            networks.clear();
            everythingIsFree(client);
        }
        nothingIsLeft();
    }

    /// Every address of the narrow network, and every port, can be had.
    private void everythingIsFree(EngineClient client) {
        List<Integer> ports = List.of(9001, 9002, 9003, 9011, 9012);
        for (int i = 0; i < ROOM; i++) {
            create(client, "all" + i, "narrow", ports.get(i));
            client.startContainer("all" + i);
        }
        // What is looked for afterwards is found where it is.
        assertThat(leftOver()).anyMatch(left -> left.startsWith("gv")).anyMatch(left -> left.contains("tcp . 90"));
        for (int i = 0; i < ROOM; i++) {
            client.removeContainer("all" + i, true, false, false);
        }
    }

    private void nothingIsLeft() {
        Waiting.until(
                Duration.ofSeconds(30),
                () -> "left over: " + leftOver(),
                () -> leftOver().isEmpty());
    }

    /// Interfaces but the bridges of the two networks that stay, published ports, mounts of containers.
    private List<String> leftOver() {
        List<String> left = new ArrayList<>();
        onHost("ip", "-o", "link")
                .lines()
                .filter(line -> line.contains(": ")) // a dump that the kernel interrupted says so in a line
                .map(line -> line.split(":")[1].strip())
                .filter(link -> link.startsWith("gv"))
                .forEach(left::add);
        long bridges =
                onHost("ip", "-o", "link", "show", "type", "bridge").lines().count();
        if (bridges > 2) {
            left.add(bridges + " bridges");
        }
        String table = Instance.ofRoot(daemon.data().toString()).table();
        onHost("nft", "list", "table", "inet", table)
                .lines()
                .filter(line -> line.contains("tcp . 90"))
                .forEach(left::add);
        onHost("cat", "/proc/self/mountinfo")
                .lines()
                .filter(line -> line.contains(daemon.data() + "/containers"))
                .forEach(left::add);
        return left;
    }

    private String onHost(String... command) {
        try {
            List<String> all = new ArrayList<>(daemon.inside());
            all.addAll(List.of(command));
            Process p = new ProcessBuilder(all).redirectErrorStream(true).start();
            String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(p.waitFor()).as("%s: %s", all, output).isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
