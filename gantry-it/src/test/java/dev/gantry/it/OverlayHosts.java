package dev.gantry.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Two hosts on one wire, as 192.0.2.1 and 192.0.2.2, that share overlay networks; a third certificate is that of
/// nobody.
final class OverlayHosts implements AutoCloseable {
    final DaemonProcess one;
    final DaemonProcess two;
    final Docker docker1;
    final Docker docker2;

    OverlayHosts(Path dir) throws IOException {
        this(dir, "192.0.2.1/24", "192.0.2.2/24");
    }

    /// Known to each other by these addresses.
    OverlayHosts(Path dir, String address1, String address2) throws IOException {
        Files.createDirectories(dir.resolve("one"));
        Files.createDirectories(dir.resolve("two"));
        docker1 = new Docker("unix://" + dir.resolve("one/s"));
        docker2 = new Docker("unix://" + dir.resolve("two/s"));
        authority(dir);
        Process first = DaemonProcess.network();
        Process second = DaemonProcess.network();
        Rootfs.run(
                "nsenter",
                "--net=/proc/" + first.pid() + "/ns/net",
                "sh",
                "-ec",
                "ip link add wire type veth peer name wire netns " + second.pid() + "; ip addr add " + address1
                        + " dev wire nodad; ip link set wire up");
        Rootfs.run(
                "nsenter",
                "--net=/proc/" + second.pid() + "/ns/net",
                "sh",
                "-ec",
                "ip addr add " + address2 + " dev wire nodad; ip link set wire up");
        String host1 = address1.replaceAll("/.*", "");
        String host2 = address2.replaceAll("/.*", "");
        one = start(first, dir, "one", host1, host2);
        two = start(second, dir, "two", host2, host1);
    }

    private static DaemonProcess start(Process network, Path dir, String name, String own, String other)
            throws IOException {
        certificate(dir, name, own);
        return DaemonProcess.startOn(
                network,
                dir.resolve(name),
                "--overlay-advertise",
                own,
                "--overlay-peer",
                other,
                "--overlay-tls-ca",
                dir.resolve("ca.pem").toString(),
                "--overlay-tls-cert",
                dir.resolve(name + ".pem").toString(),
                "--overlay-tls-key",
                dir.resolve(name + "-key.pem").toString());
    }

    private static void authority(Path dir) throws IOException {
        request(dir, "ca", "-subj", "/CN=overlay");
    }

    static void certificate(Path dir, String name, String address) throws IOException {
        request(
                dir,
                name,
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=IP:" + address,
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-CA",
                dir.resolve("ca.pem").toString(),
                "-CAkey",
                dir.resolve("ca-key.pem").toString());
    }

    /// As docs/networking.md has it.
    private static void request(Path dir, String name, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "3650",
                "-keyout",
                dir.resolve(name + "-key.pem").toString(),
                "-out",
                dir.resolve(name + ".pem").toString()));
        command.addAll(List.of(more));
        Rootfs.run(command.toArray(String[]::new));
    }

    static String on(DaemonProcess host, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(host.inside());
        command.addAll(List.of(arguments));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() {
        one.close();
        two.close();
    }
}
