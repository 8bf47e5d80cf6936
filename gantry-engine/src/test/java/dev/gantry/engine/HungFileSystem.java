package dev.gantry.engine;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// A FUSE file system whose server never answers: whoever looks into it waits in the kernel, until it is closed.
final class HungFileSystem implements AutoCloseable {
    private final Linux linux = Linux.host();
    private final Path at;
    private final Fd server;

    private HungFileSystem(Path at, Fd server) {
        this.at = at;
        this.server = server;
    }

    static HungFileSystem mount(Path at) throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/fuse")), "there is no FUSE on this host");
        Files.createDirectories(at);
        Linux linux = Linux.host();
        Fd server = linux.files().open(Fd.CWD, "/dev/fuse", OpenFlags.READ_WRITE, 0, Resolve.ANY);
        var hung = new HungFileSystem(at, server);
        try (Fd parent = linux.files().openDirectory(at.getParent().toString())) {
            String options = "fd=" + server.number() + ",rootmode=40755,user_id=0,group_id=0,allow_other";
            linux.mounts().mount("hung", parent, at.getFileName().toString(), "fuse", 0, options);
        }
        return hung;
    }

    /// Everybody who waits gets an error: nobody serves it any more.
    void die() {
        server.close();
    }

    @Override
    public void close() {
        die();
        try (Fd parent = linux.files().openDirectory(at.getParent().toString())) {
            linux.mounts().detach(parent, at.getFileName().toString());
        }
    }
}
