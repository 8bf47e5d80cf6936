package dev.gantry.testcontainers;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.Release;
import dev.gantry.docker.DockerApi;
import dev.gantry.docker.system.HostFacts;
import dev.gantry.embedded.EmbeddedGantry;
import dev.gantry.http.HttpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/// An engine of this process and the private socket at which the Engine API is spoken with it. Both end with the
/// process.
record ServedEngine(EmbeddedGantry gantry, LastCall door, Ryuk ryuk, HttpServer server, Path socket)
        implements AutoCloseable {
    /// What was asked before the end may take so long.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    static ServedEngine open(Roots roots) {
        EmbeddedGantry gantry = roots.open();
        try {
            return serve(gantry);
        } catch (GantryException e) {
            gantry.close();
            throw e;
        }
    }

    private static ServedEngine serve(EmbeddedGantry gantry) {
        Clock clock = Clock.systemUTC();
        Path socket = gantry.door();
        Deque<AutoCloseable> begun = new ArrayDeque<>();
        try {
            Ryuk ryuk = Ryuk.listen();
            begun.push(ryuk);
            var door = new LastCall(new DockerApi(gantry.engine(), HostFacts.read(Release.VERSION), clock));
            var server = new HttpServer(
                    new RyukStandIn(door, ryuk.port(), clock), DockerApi.headers(Release.VERSION, false), clock);
            begun.push(server);
            server.listen(socket);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            ServedEngine open = new ServedEngine(gantry, door, ryuk, server, socket);
            Runtime.getRuntime().addShutdownHook(new Thread(open::close, "gantry-end"));
            return open;
        } catch (IOException | RuntimeException e) {
            Internal failure = new Internal(
                    "listen at " + socket,
                    String.valueOf(e.getMessage()),
                    "choose another root with -Dgantry.testcontainers.root",
                    e);
            begun.forEach(b -> end(b, failure));
            throw e instanceof GantryException ours ? ours : failure;
        }
    }

    private static void end(AutoCloseable begun, Internal failure) {
        try {
            begun.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    /// Nothing new is started, then containers go first: who still speaks to it, as Testcontainers may while it ends,
    /// is told that they are gone.
    @Override
    public void close() {
        door.end(PATIENCE);
        try {
            gantry.close();
        } finally {
            server.close();
            ryuk.close();
        }
    }
}
