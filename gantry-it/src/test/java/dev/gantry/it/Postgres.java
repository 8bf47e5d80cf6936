package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The host's PostgreSQL in containers: its files come from a volume, its programs from the host's `/usr`, and it
/// listens on a socket in the volume alone.
final class Postgres {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final Pattern ID = Pattern.compile("\"Id\" *: *\"([0-9a-f]{64})\"");

    private final Path programs;
    private final Path image;

    private Postgres(Path programs, Path image) {
        this.programs = programs;
        this.image = image;
    }

    /// Skips the test where the package is missing. `image` becomes a root without programs of its own.
    static Postgres at(Path image) throws IOException {
        Path programs = programs();
        assumeTrue(Files.isExecutable(programs.resolve("pg_amcheck")), "no pg_amcheck: install postgresql");
        for (String name : List.of("proc", "sys", "dev", "etc", "tmp", "usr", "run", "data")) {
            Files.createDirectories(image.resolve(name));
        }
        for (String name : List.of("bin", "lib", "lib64")) {
            Files.createSymbolicLink(image.resolve(name), Path.of("usr", name));
        }
        for (String name : List.of("passwd", "group", "nsswitch.conf")) {
            Files.copy(Path.of("/etc", name), image.resolve("etc").resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        Path data = image.resolve("data");
        Files.setAttribute(data, "unix:uid", id("-u"));
        Files.setAttribute(data, "unix:gid", id("-g"));
        image.resolve("tmp").toFile().setWritable(true, false);
        return new Postgres(programs, image);
    }

    private static Path programs() throws IOException {
        if (!Files.isDirectory(VERSIONS)) {
            return Path.of("/nonexistent");
        }
        try (Stream<Path> all = Files.list(VERSIONS)) {
            return all.sorted().reduce((_, last) -> last).orElseThrow().resolve("bin");
        }
    }

    private static int id(String which) throws IOException {
        return Integer.parseInt(output(List.of("id", which, "postgres")).strip());
    }

    /// Makes a database with checksums in the volume, which need not be there.
    void init(EngineClient client, String volume) {
        String id = container(
                client,
                volume,
                "initdb",
                "-D",
                "/data/db",
                "--data-checksums",
                "--wal-segsize=1",
                "--locale=C",
                "-Atrust");
        try {
            client.startContainer(id);
            ended(client, id, Duration.ofSeconds(60));
            assertThat(client.inspectContainer(id).state().exitCode()).isZero();
        } finally {
            client.removeContainer(id, true, false, false);
        }
    }

    /// Runs a database on the volume and waits until it answers.
    Database start(DaemonProcess daemon, EngineClient client, String volume) {
        String id = container(client, volume, "postgres", "-D", "/data/db", "-k", "/data", "-c", "listen_addresses=");
        client.startContainer(id);
        var database = new Database(client, id, daemon.data().resolve("volumes/" + volume + "/_data"));
        Waiting.until(Duration.ofSeconds(30), () -> "the database on " + volume, database::answers);
        return database;
    }

    private String container(EngineClient client, String volume, String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(programs.resolve(program).toString()));
        command.addAll(List.of(arguments));
        String body = "{\"Image\":\"dir:" + image + "\",\"User\":\"postgres\",\"StopSignal\":\"SIGINT\",\"Cmd\":[\""
                + String.join("\",\"", command) + "\"],\"HostConfig\":{\"NetworkMode\":\"none\",\"Binds\":[\"" + volume
                + ":/data\",\"/usr:/usr:ro\"]}}";
        Matcher made = ID.matcher(client.raw(Request.post("/containers/create").json(body)));
        assertThat(made.find()).isTrue();
        return made.group(1);
    }

    private static void ended(EngineClient client, String id, Duration limit) {
        Waiting.until(
                limit,
                () -> "the end of " + id,
                () -> client.inspectContainer(id).state().status().equals("exited"));
    }

    private static String output(List<String> command) throws IOException {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        p.getOutputStream().close();
        String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!p.waitFor(60, TimeUnit.SECONDS) || p.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " says: " + text);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return text;
    }

    /// One that runs.
    final class Database implements AutoCloseable {
        private final EngineClient client;
        private final String id;
        private final Path socket;

        private Database(EngineClient client, String id, Path socket) {
            this.client = client;
            this.id = id;
            this.socket = socket;
        }

        List<String> command(String program, String... arguments) {
            List<String> all = new ArrayList<>(
                    List.of(programs.resolve(program).toString(), "-h", socket.toString(), "-U", "postgres"));
            all.addAll(List.of(arguments));
            return all;
        }

        /// Runs a program of PostgreSQL beside it; what it printed.
        String run(String program, String... arguments) {
            try {
                return output(command(program, arguments));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String ask(String query) {
            return run("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", query, "postgres")
                    .strip();
        }

        boolean answers() {
            assertThat(client.inspectContainer(id).state().status()).isEqualTo("running");
            try {
                output(command("pg_isready", "-q"));
                return true;
            } catch (IOException notYet) {
                return false;
            }
        }

        /// An orderly shutdown.
        @Override
        public void close() {
            client.stopContainer(id, "", "30");
            client.removeContainer(id, true, false, false);
        }
    }

    /// One session that inserts 1, 2, 3, … into `numbers`, each in a transaction of its own.
    static final class Counting implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicLong committed = new AtomicLong();
        private final Process session;
        private final Thread thread;

        Counting(Database database) throws IOException {
            session = new ProcessBuilder(database.command("psql", "-X", "postgres"))
                    .redirectErrorStream(true)
                    .start();
            thread = Thread.ofPlatform().daemon().start(this::count);
        }

        /// The database has said that this one is kept.
        long committed() {
            return committed.get();
        }

        private void count() {
            try (Writer in = session.outputWriter();
                    BufferedReader out = session.inputReader()) {
                while (!stop.get()) {
                    in.write("insert into numbers values (" + (committed.get() + 1) + ", repeat('x', 500));\n");
                    in.flush();
                    if (!"INSERT 0 1".equals(out.readLine())) {
                        return;
                    }
                    committed.incrementAndGet();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws InterruptedException {
            stop.set(true);
            thread.join();
            session.waitFor(10, TimeUnit.SECONDS);
        }
    }
}
