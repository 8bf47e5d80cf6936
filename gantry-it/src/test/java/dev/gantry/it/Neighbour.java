package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Another host: a network namespace with a wire to the daemon's. The daemon's end is 192.0.2.1 and 2001:db8::1, this
/// one 192.0.2.9 and 2001:db8::9.
final class Neighbour implements AutoCloseable {
    private final StockDaemon daemon;
    private final Process process;

    private Neighbour(StockDaemon daemon, Process process) {
        this.daemon = daemon;
        this.process = process;
    }

    static Neighbour of(StockDaemon daemon) throws IOException {
        Process process = new ProcessBuilder(
                        "unshare", "--net", "sh", "-c", "ip link set lo up; echo; exec sleep 1000000")
                .start();
        process.getInputStream().read(); // it is there
        Neighbour made = new Neighbour(daemon, process);
        daemon.onHost(
                "sh",
                "-ec",
                "ip link add w0 type veth peer name w1 netns " + process.pid()
                        + "; ip addr add 192.0.2.1/24 dev w0; ip addr add 2001:db8::1/64 dev w0 nodad; ip link set w0 up");
        made.run("ip addr add 192.0.2.9/24 dev w1; ip addr add 2001:db8::9/64 dev w1 nodad; ip link set w1 up;"
                + " ip route add default via 192.0.2.1; ip route add default via 2001:db8::1");
        return made;
    }

    /// What a script prints there.
    String run(String script) throws IOException {
        Process p = new ProcessBuilder(
                        List.of("nsenter", "--net=/proc/" + process.pid() + "/ns/net", "sh", "-c", script))
                .redirectErrorStream(true)
                .start();
        p.getOutputStream().close();
        return new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /// One connection that stays open, with a question now and then.
    Talk talk(String address, int port) throws IOException {
        String script = "import socket, sys\nc = socket.create_connection((\"" + address + "\", " + port + "), 10)\n"
                + "for line in sys.stdin:\n c.sendall(b\"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n\")\n"
                + " print(c.recv(10000).split(b\"\\r\\n\")[0].decode(), flush=True)";
        return new Talk(
                new ProcessBuilder("nsenter", "--net=/proc/" + process.pid() + "/ns/net", "python3", "-c", script)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    record Talk(Process client) implements AutoCloseable {
        void request() throws IOException {
            client.getOutputStream().write('\n');
            client.getOutputStream().flush();
            assertThat(client.inputReader().readLine()).isEqualTo("HTTP/1.1 200 OK");
        }

        @Override
        public void close() {
            client.destroyForcibly();
        }
    }

    @Override
    public void close() throws IOException {
        daemon.onHost("ip", "link", "delete", "w0");
        process.destroyForcibly();
        assertThat(daemon.onHost("ip", "-o", "link")).doesNotContain("w0");
    }
}
