package dev.gantry.docker.container;

import dev.gantry.api.container.FilesystemChange;
import dev.gantry.api.container.PathStat;
import dev.gantry.api.json.Wire;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.files.ContainerFiles;
import dev.gantry.linux.Stat;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Files of containers, out and in: what `docker cp` speaks.
public final class ArchiveRoutes {
    private static final String STAT = "X-Docker-Container-Path-Stat";
    private static final String TAR = "application/x-tar";

    private final Gantry engine;
    private final Lookup lookup;

    public ArchiveRoutes(Gantry engine) {
        this.engine = engine;
        this.lookup = new Lookup(engine.containers());
    }

    public void addTo(Routes routes) {
        routes.add("HEAD", "/containers/{id}/archive", this::look)
                .add("GET", "/containers/{id}/archive", this::read)
                .add("PUT", "/containers/{id}/archive", this::write)
                .add("GET", "/containers/{id}/changes", this::changes)
                .add("GET", "/containers/{id}/export", this::export);
    }

    private ApiResponse changes(Call call) {
        Container c = lookup.find(call.subject());
        List<FilesystemChange> all = engine.layers().changes(c.id()).stream()
                .map(change -> new FilesystemChange(change.path(), change.kind().ordinal()))
                .toList();
        return all.isEmpty() ? ApiResponse.jsonNull() : ApiResponse.json(all);
    }

    private ApiResponse export(Call call) {
        Container c = lookup.find(call.subject());
        return new ApiResponse.Stream("application/octet-stream", out -> {
            engine.layers().export(c.id(), out);
            Map<String, String> attributes = new HashMap<>(c.spec().labels());
            attributes.put("image", c.spec().image());
            attributes.put("name", c.name());
            engine.events().publish(Event.Kind.CONTAINER, "export", c.id().hex(), attributes);
        });
    }

    private ApiResponse look(Call call) {
        String path = path(call);
        Container c = lookup.find(call.subject());
        try {
            return new ApiResponse.Bytes(
                    200, TAR, new byte[0], header(engine.files().stat(c.id(), path)));
        } catch (NotFound e) {
            throw missing(call, path, e);
        }
    }

    private ApiResponse read(Call call) {
        String path = path(call);
        Container c = lookup.find(call.subject());
        ContainerFiles.Outgoing out;
        try {
            out = engine.files().read(c.id(), path);
        } catch (NotFound e) {
            throw missing(call, path, e);
        }
        return new ApiResponse.Stream(
                TAR,
                to -> {
                    try (out) {
                        out.write(to);
                    }
                },
                header(out.stat()),
                out::close);
    }

    private ApiResponse write(Call call) {
        String path = path(call);
        Container c = lookup.find(call.subject());
        var how = new ContainerFiles.Arrival(
                call.query().flag("noOverwriteDirNonDir"), call.query().flag("copyUIDGID"));
        try {
            engine.files().write(c.id(), path, call.request().body(), how);
            return new ApiResponse.Empty(200);
        } catch (NotFound e) {
            throw missing(call, path, e);
        } catch (Forbidden e) {
            throw e.why().endsWith("read-only") ? new DockerError(403, e.why(), e) : e;
        } catch (InvalidArgument e) {
            throw e.why().startsWith("extraction point") ? new DockerError(400, e.why(), e) : e;
        } catch (IOException e) {
            throw new DockerError(400, "copy files into container " + c.name() + ": " + e.getMessage(), e);
        }
    }

    private static String path(Call call) {
        String path = call.query().text("path");
        if (path.isEmpty()) {
            throw DockerError.badParameter("bad parameter: 'path' cannot be empty");
        }
        return path;
    }

    private static DockerError missing(Call call, String path, NotFound e) {
        return new DockerError(404, "Could not find the file " + path + " in container " + call.subject(), e);
    }

    private static Map<String, String> header(dev.gantry.engine.files.PathStat found) {
        Stat stat = found.stat();
        var wire = new PathStat(found.name(), stat.size(), goMode(stat), Times.nano(stat.modified()), found.link());
        return Map.of(STAT, Base64.getEncoder().encodeToString(Wire.json().toJsonBytes(wire)));
    }

    /// The bits of Go's `os.FileMode`.
    static long goMode(Stat stat) {
        long type = switch (stat.type()) {
            case DIRECTORY -> 1L << 31;
            case SYMLINK -> 1L << 27;
            case BLOCK_DEVICE -> 1L << 26;
            case CHARACTER_DEVICE -> 1L << 26 | 1L << 21;
            case FIFO -> 1L << 25;
            case SOCKET -> 1L << 24;
            case REGULAR -> 0;
            case UNKNOWN -> 1L << 19;
        };
        int mode = stat.mode();
        return type
                | mode & 0777
                | ((mode & 04000) != 0 ? 1L << 23 : 0)
                | ((mode & 02000) != 0 ? 1L << 22 : 0)
                | ((mode & 01000) != 0 ? 1L << 20 : 0);
    }
}
