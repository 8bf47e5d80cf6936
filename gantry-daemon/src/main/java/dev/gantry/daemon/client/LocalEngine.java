package dev.gantry.daemon.client;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.Duplex;
import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.SocketDialer;
import dev.gantry.base.Unavailable;
import dev.gantry.daemon.Rights;
import dev.gantry.daemon.UsualPlaces;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// This machine's own engine: dialled, and started first when nobody listens.
final class LocalEngine implements Dialer {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration AFTER_DEATH = Duration.ofSeconds(3);
    private static final int LOG_LINES = 12;

    private final Places places;
    private final SocketDialer socket;

    /// Where the engine is, and how it is started.
    record Places(UsualPlaces usual, List<String> flags) {
        /// A user whom the administrator lets use the host's engine uses that one, unless there is one of the user's
        /// own.
        static Places of(Map<String, String> environment) {
            UsualPlaces usual = UsualPlaces.of(environment);
            Path host = UsualPlaces.HOST.socket();
            if (usual.whose() == UsualPlaces.Whose.USER && !Files.exists(usual.socket()) && Files.isWritable(host)) {
                return new Places(UsualPlaces.HOST, List.of());
            }
            List<String> flags = new ArrayList<>();
            if (usual.whose() != UsualPlaces.Whose.HOST) {
                flags.addAll(List.of(
                        "--data-root", usual.data().toString(),
                        "--exec-root", usual.run().toString(),
                        "--host", "unix://" + usual.socket()));
            }
            String net = environment.getOrDefault("GANTRY_ROOTLESS_NET", "");
            if (!net.isEmpty() && !Rights.toRunEngines()) {
                flags.addAll(List.of("--rootless-net", net));
            }
            return new Places(usual, List.copyOf(flags));
        }

        Path socket() {
            return usual.socket();
        }

        Path log() {
            return usual.log();
        }
    }

    LocalEngine(Places places) {
        this.places = places;
        this.socket = new SocketDialer(new EngineAddress.Unix(places.socket().toString()));
    }

    @Override
    public String address() {
        return socket.address();
    }

    @Override
    public Duplex dial() throws IOException {
        try {
            return socket.dial();
        } catch (SocketException e) {
            if (!nobodyListens(e)) {
                throw e;
            }
        }
        return start();
    }

    private Duplex start() throws IOException {
        String home = System.getProperty("gantry.home", "");
        if (home.isEmpty()) {
            throw new Unavailable(
                    "start gantryd", "this client does not know where Gantry is installed", "run ./gantry daemon");
        }
        if (places.usual().whose() == UsualPlaces.Whose.HOST && !Rights.toRunEngines()) {
            throw new Unavailable(
                    "start gantryd",
                    "the host's engine does not listen at " + address() + ", and only its administrator starts it",
                    "ask for it, or start one of your own: gantry daemon");
        }
        places.usual().prepare();
        long logged = Files.exists(places.log()) ? Files.size(places.log()) : 0;
        Process daemon = spawn(home);
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        boolean dead = false;
        while (System.nanoTime() < deadline) {
            try {
                return socket.dial();
            } catch (SocketException e) {
                if (!nobodyListens(e)) {
                    throw e;
                }
            }
            if (!dead && ended(daemon)) {
                // Another command may have started one at the same time, and that one holds the data root now.
                dead = true;
                deadline = System.nanoTime() + AFTER_DEATH.toNanos();
            }
        }
        String why = dead
                ? "it ended with code " + daemon.exitValue()
                : "it does not listen at " + address() + " after " + DEADLINE.toSeconds() + " s";
        throw new Unavailable(
                "start gantryd", why + lastLines(logged), "see " + places.log() + ", or run gantry daemon");
    }

    /// A session of its own, `/`, umask 022, an empty environment, its own log: nothing of the caller's stays with it.
    private Process spawn(String home) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("/bin/sh", "-c", "umask 022; exec setsid \"$0\" daemon \"$@\"", home + "/bin/gantry"));
        command.addAll(places.flags());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(places.log().toFile()))
                .redirectErrorStream(true);
        builder.environment().clear();
        return builder.start();
    }

    /// Looks for the end of the process for the moment between two tries.
    private static boolean ended(Process daemon) {
        try {
            return daemon.waitFor(5, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("start gantryd", "the command was interrupted", "run it again", e);
        }
    }

    private String lastLines(long from) {
        try (var log = Files.newByteChannel(places.log())) {
            log.position(Math.max(from, log.size() - 16 * 1024));
            byte[] tail = java.nio.channels.Channels.newInputStream(log).readAllBytes();
            List<String> lines = new String(tail, StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.isBlank())
                    .toList();
            if (lines.isEmpty()) {
                return " and wrote nothing";
            }
            List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
            return ", and its last words were:\n  " + String.join("\n  ", last) + "\n";
        } catch (IOException e) {
            return " and its log cannot be read";
        }
    }

    private static boolean nobodyListens(SocketException e) {
        return e instanceof ConnectException || String.valueOf(e.getMessage()).contains("No such file or directory");
    }
}
