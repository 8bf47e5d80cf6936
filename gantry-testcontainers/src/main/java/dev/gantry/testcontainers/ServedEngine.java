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

/// An engine of this process and the private socket at which the Engine API is spoken with it. Both end with the
/// process.
record ServedEngine(EmbeddedGantry gantry, Ryuk ryuk, HttpServer server, Path socket) implements AutoCloseable {

    static ServedEngine open(Roots roots) {
        EmbeddedGantry gantry = roots.open();
        try {
            ServedEngine open = serve(gantry);
            Runtime.getRuntime().addShutdownHook(new Thread(open::close, "gantry-end"));
            return open;
        } catch (GantryException e) {
            gantry.close();
            throw e;
        }
    }

    private static ServedEngine serve(EmbeddedGantry gantry) {
        Clock clock = Clock.systemUTC();
        Path socket = gantry.door();
        Ryuk ryuk = Ryuk.listen();
        var api = new DockerApi(gantry.engine(), HostFacts.read(Release.VERSION), clock);
        var server =
                new HttpServer(new RyukStandIn(api, ryuk.port(), clock), DockerApi.headers(Release.VERSION), clock);
        try {
            server.listen(socket);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return new ServedEngine(gantry, ryuk, server, socket);
        } catch (IOException e) {
            server.close();
            ryuk.close();
            throw new Internal(
                    "listen at " + socket,
                    String.valueOf(e.getMessage()),
                    "choose another root with -Dgantry.testcontainers.root",
                    e);
        }
    }

    /// Containers first: who still speaks to it, as Testcontainers may while it ends, is told that they are gone.
    @Override
    public void close() {
        try {
            gantry.close();
        } finally {
            server.close();
            ryuk.close();
        }
    }
}
