package dev.gantry.engine.container;

import dev.gantry.base.IdMap;
import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.SlowCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// The places of the host that containers see. They may be on a file system that does not answer.
final class BindSources {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int AT_MOST = 16;

    private final SlowCalls calls = new SlowCalls(AT_MOST);

    /// Each is there, or is made if that was asked for: refused now rather than at the start, where it is found out
    /// again.
    /// `ids`: whose root owns what is made.
    void make(ContainerSpec spec, IdMap ids) {
        for (ContainerSpec.Bind bind : spec.binds()) {
            String what = "create a container of " + spec.image();
            calls.call(what, bind.source(), PATIENCE, _ -> made(what, bind, ids));
        }
    }

    /// What `look` makes of the source.
    Fd open(Linux linux, ContainerSpec.Bind bind, Function<Fd, Fd> look) {
        String what = "open " + bind.source();
        return calls.call(
                what,
                bind.source(),
                PATIENCE,
                _ -> {
                    try (Fd place = linux.files().open(Fd.CWD, bind.source(), OpenFlags.PATH, 0, Resolve.ANY)) {
                        return look.apply(place);
                    } catch (LinuxError e) {
                        throw e.during(what);
                    }
                },
                Fd::close);
    }

    private static Path made(String what, ContainerSpec.Bind bind, IdMap ids) {
        Path source = Path.of(bind.source());
        if (Files.exists(source)) {
            return source;
        }
        if (!bind.makeSource()) {
            throw new InvalidArgument(what, "bind source path does not exist: " + bind.source(), "make it first");
        }
        try {
            List<Path> missing = new ArrayList<>();
            for (Path at = source; at != null && !Files.exists(at); at = at.getParent()) {
                missing.add(at);
            }
            Files.createDirectories(source);
            if (!ids.isSame()) {
                for (Path made : missing) {
                    Files.setAttribute(made, "unix:uid", (int) ids.uidOutside(0));
                    Files.setAttribute(made, "unix:gid", (int) ids.gidOutside(0));
                }
            }
            return source;
        } catch (IOException e) {
            throw new InvalidArgument(what, "the source of a bind cannot be made: " + e, "make it first", e);
        }
    }
}
