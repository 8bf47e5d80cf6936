package dev.gantry.engine.rootless;

import dev.gantry.network.address.Ip;
import dev.gantry.network.port.Protocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The host as seen from an engine in the namespaces of an ordinary user: its ports and its addresses. Spoken with line
/// by line, over a connection for each request (docs/shim-protocol.md, "rootless"). What is asked for outlives the
/// engine.
///
/// ```java
/// var port = new Outside.Port(Protocol.TCP, Ip.ANY_V4, 8080);
/// outside.listen(port);                              // it is ours; who connects waits
/// outside.serve(port, Ip.parse("172.17.0.2"), 80);   // and is served
/// ```
public final class Outside {
    private static final String DIRECTORY = "rootless";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path socket;
    private final String network;

    private Outside(Path socket, String network) {
        this.socket = socket;
        this.network = network;
    }

    /// A port of the host.
    public record Port(Protocol protocol, Ip ip, int number) {
        private String words() {
            return protocol.wire() + " " + ip + " " + number;
        }

        private static Port read(String words) {
            String[] parts = words.split(" ");
            return new Port(
                    parts[0].equals("udp") ? Protocol.UDP : Protocol.TCP,
                    Ip.parse(parts[1]),
                    Integer.parseInt(parts[2]));
        }
    }

    /// Where whoever holds the namespaces has its files.
    public static Path directory(Path runRoot) {
        return runRoot.resolve(DIRECTORY);
    }

    /// Empty when the engine of `runRoot` is not in namespaces of its own.
    public static Optional<Outside> find(Path runRoot) {
        Path socket = directory(runRoot).resolve("s");
        if (!Files.exists(socket)) {
            return Optional.empty();
        }
        try {
            String[] status = new Outside(socket, "").ask("status").getLast().split(" ");
            return Optional.of(new Outside(socket, status[2]));
        } catch (IOException nobodyAnswers) {
            return Optional.empty();
        }
    }

    /// What connects the namespaces with the network: `pasta`, `slirp4netns`, `none` or `host`.
    public String network() {
        return network;
    }

    /// Binds a socket of the host. [Refused] when somebody else has it, or an ordinary user may not.
    public void listen(Port port) throws IOException {
        ask("listen " + port.words());
    }

    /// From now on what arrives there is carried to this address of the namespaces.
    public void serve(Port port, Ip to, int number) throws IOException {
        ask("serve " + port.words() + " " + to + " " + number);
    }

    /// Connections that stand go on.
    public void close(Port port) throws IOException {
        ask("close " + port.words());
    }

    /// What we listen on.
    public List<Port> ports() throws IOException {
        List<String> lines = ask("list");
        return lines.subList(0, lines.size() - 1).stream().map(Port::read).toList();
    }

    /// The host's own addresses, one of each family that it has.
    public List<Ip> addresses() throws IOException {
        List<Ip> all = new ArrayList<>();
        for (String word : ask("addresses").getLast().split(" ")) {
            Ip.find(word).ifPresent(all::add);
        }
        return all;
    }

    /// Nobody needs the namespaces any more. They end with the last process in them.
    public void leave() throws IOException {
        ask("leave");
    }

    /// The lines of an answer; the last one begins with `ok`.
    private List<String> ask(String request) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Thread watch = Thread.ofVirtual().name("outside").start(() -> closeLate(channel));
        try (channel) {
            return ask(request, channel);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (AsynchronousCloseException e) {
            throw new IOException(
                    "whoever holds the namespaces at " + socket + " gave no answer to " + request + " in "
                            + PATIENCE.toSeconds() + " s",
                    e);
        } finally {
            watch.interrupt();
        }
    }

    /// Closing ends whatever waits for the channel: it has no timeout of its own.
    private static void closeLate(SocketChannel channel) {
        try (channel) {
            Thread.sleep(PATIENCE);
        } catch (InterruptedException answered) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> ask(String request, SocketChannel channel) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(socket));
        ByteBuffer bytes = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        var in = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.US_ASCII));
        List<String> lines = new ArrayList<>();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith("error ")) {
                String[] words = line.split(" ", 3);
                throw new Refused(Integer.parseInt(words[1]), words[2]);
            }
            lines.add(line);
            if (line.equals("ok") || line.startsWith("ok ")) {
                return lines;
            }
        }
        throw new IOException("whoever holds the namespaces at " + socket + " gave no answer to " + request);
    }
}
