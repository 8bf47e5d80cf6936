package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.Stat;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.LinuxSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The devices of a container as the host has them when it starts.
final class HostDevices {
    /// Of one directory.
    private static final int MOST = 1024;

    private static final Set<String> NOT_OF_HOST =
            Set.of("pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console", "ptmx");

    private final Linux linux;
    private final HostFacts host;
    private final NamedDevices vendors;

    HostDevices(Linux linux, HostFacts host, NamedDevices vendors) {
        this.linux = linux;
        this.host = host;
        this.vendors = vendors;
    }

    /// `mapped`: for a container in a user namespace.
    NamedDevices.Needs of(DevicesSpec wanted, boolean mapped) {
        if (wanted.isNone()) {
            return NamedDevices.Needs.NOTHING;
        }
        List<NamedDevices.Node> nodes = new ArrayList<>();
        for (DevicesSpec.Device d : wanted.devices()) {
            if (Files.isDirectory(Path.of(d.source()))) {
                directory(d, nodes);
            } else {
                nodes.add(new NamedDevices.Node(device(d.source(), d.target()), d.source(), d.access()));
            }
        }
        NamedDevices.Needs named =
                wanted.named().isEmpty() ? NamedDevices.Needs.NOTHING : vendors.of(wanted.named(), this::device);
        nodes.addAll(named.nodes());
        nodes.forEach(node -> check(node, mapped));
        return new NamedDevices.Needs(named.env(), nodes, named.mounts(), named.groups());
    }

    /// What a container gets of the host's that is not in its list of devices.
    ///
    /// @param all every device, for one that is privileged
    /// @param shm what is to be `/dev/shm`; null: its own
    /// @param limits numbers of devices by paths
    record Far(List<LinuxSpec.Device> all, @Nullable Path shm, Map<String, LinuxSpec.Device> limited) {}

    /// `own` is its `/dev/shm` when others may use it, and `others` that of another.
    Far far(ContainerSpec spec, Path own, @Nullable Path others) {
        Path shm = switch (spec.isolation().ipc()) {
            case "shareable" -> own;
            case "host" -> Path.of("/dev/shm");
            default -> others;
        };
        // In a user namespace each would be a mount of its own.
        boolean all = spec.isolation().privileged() && host.initialUserNamespace();
        RareLimits r = spec.rareLimits();
        Map<String, LinuxSpec.Device> limited = new HashMap<>();
        if (r.hasBlockIo()) {
            Stream.of(r.weightDevices(), r.readBps(), r.writeBps(), r.readIops(), r.writeIops())
                    .flatMap(List::stream)
                    .forEach(d -> limited.computeIfAbsent(d.path(), p -> device(p, p)));
        }
        return new Far(all ? all() : List.of(), shm, limited);
    }

    /// Those that are no container's own.
    private List<LinuxSpec.Device> all() {
        List<LinuxSpec.Device> found = new ArrayList<>();
        try {
            for (Path path : children(Path.of("/dev"))) {
                if (!NOT_OF_HOST.contains(String.valueOf(path.getFileName())) && !Files.isSymbolicLink(path)) {
                    below(path).stream()
                            .filter(p -> !Files.isSymbolicLink(p))
                            .flatMap(p -> find(p.toString(), p.toString()).stream())
                            .forEach(found::add);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new NotFound(
                    "give all devices to a container", String.valueOf(e.getMessage()), "look at /dev of the host", e);
        }
        found.sort(Comparator.comparing(LinuxSpec.Device::path));
        return found;
    }

    /// Every device below it, as docker has it.
    private void directory(DevicesSpec.Device d, List<NamedDevices.Node> nodes) {
        Path source = Path.of(d.source());
        try {
            below(source).stream().filter(this::isDevice).limit(MOST).sorted().forEach(p -> {
                String target =
                        Path.of(d.target()).resolve(source.relativize(p)).toString();
                find(p.toString(), target)
                        .ifPresent(found -> nodes.add(new NamedDevices.Node(found, p.toString(), d.access())));
            });
        } catch (IOException | UncheckedIOException e) {
            throw new NotFound(
                    "give the devices in " + source + " to a container", String.valueOf(e.getMessage()), "name one", e);
        }
    }

    /// What is no directory itself, at and below `top`. The host's devices come and go: what goes meanwhile is left
    /// out.
    static List<Path> below(Path top) throws IOException {
        List<Path> found = new ArrayList<>();
        Deque<Path> waiting = new ArrayDeque<>(List.of(top));
        while (!waiting.isEmpty()) {
            Path path = waiting.remove();
            if (path.equals(top) ? Files.isDirectory(path) : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                waiting.addAll(children(path));
            } else {
                found.add(path);
            }
        }
        return found;
    }

    private static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        } catch (NoSuchFileException | NotDirectoryException gone) {
            return List.of();
        }
    }

    private boolean isDevice(Path path) {
        try {
            return isDevice(linux.attributes().stat(Fd.CWD, path.toString()));
        } catch (LinuxError gone) {
            return false;
        }
    }

    private static boolean isDevice(Stat stat) {
        return stat.type() == FileType.CHARACTER_DEVICE || stat.type() == FileType.BLOCK_DEVICE;
    }

    /// Of one that nobody named: empty when it is gone.
    private Optional<LinuxSpec.Device> find(String source, String target) {
        try {
            return Optional.of(linux.attributes().stat(Fd.CWD, source))
                    .filter(HostDevices::isDevice)
                    .map(stat -> device(stat, target));
        } catch (LinuxError gone) {
            return Optional.empty();
        }
    }

    private LinuxSpec.Device device(String source, String target) {
        String what = "give the device " + source + " to a container";
        try {
            Stat stat = linux.attributes().stat(Fd.CWD, source);
            if (!isDevice(stat)) {
                throw new InvalidArgument(
                        what, "error gathering device information: it is no device", "name a device of the host");
            }
            return device(stat, target);
        } catch (LinuxError e) {
            throw new NotFound(
                    what, "error gathering device information: " + e.getMessage(), "name a device of the host", e);
        }
    }

    private static LinuxSpec.Device device(Stat stat, String target) {
        return new LinuxSpec.Device(
                stat.type() == FileType.BLOCK_DEVICE ? "b" : "c",
                target,
                stat.nodeMajor(),
                stat.nodeMinor(),
                (long) stat.mode(),
                Integer.toUnsignedLong(stat.uid()),
                Integer.toUnsignedLong(stat.gid()));
    }

    /// What could not be kept is not promised.
    private void check(NamedDevices.Node node, boolean mapped) {
        String target = node.device().path();
        String what = "give the device " + target + " to a container";
        if (!host.cgroups().enforcesDeviceRules()) {
            if (!node.access().contains("r")
                    || !node.access().contains("w")
                    || !node.access().contains("m")) {
                throw new Unsupported(
                        what,
                        "no control group of this host says how a device may be used, so that " + node.access()
                                + " would be rwm",
                        "leave the mode out");
            }
            if (!target.startsWith("/dev/")) {
                throw new Unsupported(
                        what, "outside of /dev no device can be opened on this host", "give it a place below /dev");
            }
        }
        if ((mapped || !host.initialUserNamespace()) && !node.source().equals(target)) {
            throw new Unsupported(
                    what,
                    "in a user namespace it is the host's " + node.source() + " itself, at its own place",
                    "leave the place in the container out");
        }
    }
}
