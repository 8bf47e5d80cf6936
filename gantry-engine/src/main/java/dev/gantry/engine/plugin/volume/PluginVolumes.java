package dev.gantry.engine.plugin.volume;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
import dev.gantry.engine.plugin.PluginAnswer;
import dev.gantry.engine.plugin.PluginClient;
import dev.gantry.volume.VolumeDriver;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The volumes of one plugin.
record PluginVolumes(PluginClient plugin) implements VolumeDriver {
    /// The deadlines of the protocol.
    private static final Duration LONG = Duration.ofMinutes(2);

    private static final Duration SHORT = Duration.ofMinutes(1);

    /// Shorter than that of the protocol: whoever lists volumes wants those of the others, too.
    private static final Duration OF_LISTS = Duration.ofSeconds(5);

    @Override
    public void create(String name, Map<String, String> options) {
        plugin.call("create volume " + name, "VolumeDriver.Create", Map.of("Name", name, "Opts", options), LONG);
    }

    @Override
    public void remove(String name) {
        plugin.call("remove volume " + name, "VolumeDriver.Remove", Map.of("Name", name), SHORT);
    }

    @Override
    public Path mount(String name, String user) {
        String what = "mount volume " + name;
        PluginAnswer answer = plugin.call(what, "VolumeDriver.Mount", Map.of("Name", name, "ID", user), LONG);
        String place = answer.text("Mountpoint");
        if (place.isEmpty()) {
            // A plugin may leave the answer to the call for it.
            answer = plugin.call(what, "VolumeDriver.Path", Map.of("Name", name), SHORT);
            place = answer.text("Mountpoint");
        }
        try {
            return onHost(directory(answer, place));
        } catch (Internal lie) {
            unmountQuietly(name, user, lie);
            throw lie;
        }
    }

    private Path onHost(Path place) {
        return plugin.places().map(p -> p.onHost(place.toString())).orElse(place);
    }

    @Override
    public Optional<Path> limit(Path place) {
        return plugin.places().map(p -> p.limit(place));
    }

    private void unmountQuietly(String name, String user, Internal failure) {
        try {
            unmount(name, user);
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
    }

    /// A container sees what is there: it is an absolute path without detours, and not the whole host.
    private static Path directory(PluginAnswer answer, String text) {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute() && path.equals(path.normalize()) && path.getNameCount() > 0) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw answer.wrong("Mountpoint", "an absolute path without ..");
        }
        throw answer.wrong("Mountpoint", "an absolute path without ..");
    }

    @Override
    public void unmount(String name, String user) {
        plugin.call("unmount volume " + name, "VolumeDriver.Unmount", Map.of("Name", name, "ID", user), SHORT);
    }

    /// Plugins have no word for a volume that is not there: what they report as an error counts as that.
    @Override
    public Optional<Kept> find(String name) {
        try {
            PluginAnswer volume = plugin.call("get volume " + name, "VolumeDriver.Get", Map.of("Name", name), SHORT)
                    .object("Volume");
            return volume.has("Name") ? Optional.of(onHost(kept(volume))) : Optional.empty();
        } catch (Internal | NotFound absent) {
            return Optional.empty();
        }
    }

    @Override
    public List<Kept> list() {
        return plugin.call("list volumes", "VolumeDriver.List", Map.of(), OF_LISTS).objects("Volumes").stream()
                .map(PluginVolumes::kept)
                .map(this::onHost)
                .toList();
    }

    private static Kept kept(PluginAnswer volume) {
        Map<String, Object> status = new LinkedHashMap<>();
        volume.object("Status").all().forEach((key, value) -> {
            if (value != null) {
                status.put(key, value);
            }
        });
        return new Kept(volume.text("Name"), volume.text("Mountpoint"), volume.text("CreatedAt"), status);
    }

    private Kept onHost(Kept k) {
        if (plugin.places().isEmpty() || !k.mountpoint().startsWith("/")) {
            return k;
        }
        try {
            return new Kept(k.name(), onHost(Path.of(k.mountpoint())).toString(), k.createdAt(), k.status());
        } catch (InvalidPathException e) {
            return k;
        }
    }

    @Override
    public String scope() {
        try {
            String scope = plugin.call("ask for capabilities", "VolumeDriver.Capabilities", Map.of(), SHORT)
                    .object("Capabilities")
                    .text("Scope");
            return scope.equals("global") ? "global" : "local";
        } catch (NotFound missing) {
            return "local";
        }
    }
}
