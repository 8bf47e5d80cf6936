package dev.gantry.daemon.install;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Extras;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/// Writes an [InstallPlan] below a root, and removes what it wrote. What belongs to somebody else, or was changed
/// since,
/// it neither replaces nor removes.
///
/// @param launcher the path of the command as it was unpacked; empty when it was not
public record Installer(String launcher) implements Extras.Installation {
    private static final List<String> DOCKERD = List.of(
            "etc/systemd/system/docker.socket",
            "etc/systemd/system/docker.service",
            "usr/lib/systemd/system/docker.socket",
            "usr/lib/systemd/system/docker.service",
            "lib/systemd/system/docker.socket",
            "usr/sbin/dockerd",
            "usr/bin/dockerd");

    @Override
    public List<String> install(String root, String group, Map<String, String> completions) {
        if (launcher.isEmpty()) {
            throw new Unavailable(
                    "install", "this client does not know where Gantry is", "run bin/gantry of its folder");
        }
        if (!group.matches("[a-z_][a-z0-9_-]{0,30}")) {
            throw new InvalidArgument("install with group " + group, "it is no name of a group", "write docker");
        }
        Path system = Path.of(root);
        try {
            boolean free = DOCKERD.stream().noneMatch(p -> Files.exists(system.resolve(p), LinkOption.NOFOLLOW_LINKS));
            InstallPlan plan = InstallPlan.of(launcher, group, free, completions);
            InstallRecord before = InstallRecord.read(system);
            refuseForeign(system, plan, before);
            List<String> said = write(system, plan, before, group);
            said.add(free ? "docker clients find it at /run/docker.sock" : "/run/docker.sock stays dockerd's");
            said.add("next: systemctl daemon-reload && systemctl enable --now gantry.socket gantry.service");
            return said;
        } catch (IOException e) {
            throw new Internal("install below " + root, String.valueOf(e), "look at the path, and run it as root", e);
        }
    }

    private static void refuseForeign(Path root, InstallPlan plan, InstallRecord before) throws IOException {
        for (var file : plan.files().entrySet()) {
            Path path = root.resolve(file.getKey());
            boolean known = before.files().containsKey(file.getKey());
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && !known
                    && !is(path, Digest.sha256Of(file.getValue()).hex())) {
                throw foreign(path);
            }
        }
        for (var link : plan.links().entrySet()) {
            Path path = root.resolve(link.getKey());
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && !leadsTo(path, link.getValue())
                    && !leadsTo(path, before.links().getOrDefault(link.getKey(), ""))) {
                throw foreign(path);
            }
        }
    }

    private static Conflict foreign(Path path) {
        return new Conflict("install " + path, "there is something that install did not write", "move it away");
    }

    private static List<String> write(Path root, InstallPlan plan, InstallRecord before, String group)
            throws IOException {
        // What is there counts as it was until all is written, so that a run that was cut off looks like no change.
        Map<String, String> digests = new LinkedHashMap<>(before.files());
        plan.files()
                .forEach((path, text) ->
                        digests.putIfAbsent(path, Digest.sha256Of(text).hex()));
        Map<String, String> links = new LinkedHashMap<>(before.links());
        links.putAll(plan.links());
        TreeSet<String> directories = new TreeSet<>(before.directories());
        List<String> paths = new ArrayList<>(plan.files().keySet());
        paths.addAll(plan.links().keySet());
        paths.add(InstallRecord.PATH);
        paths.forEach(path -> directories.addAll(missing(root, path)));
        boolean newGroup = !hasGroup(root, group);
        var begun = new InstallRecord(digests, links, List.copyOf(directories), newGroup ? group : before.group());
        put(root.resolve(InstallRecord.PATH), begun.text());
        Map<String, String> written = new LinkedHashMap<>(digests);
        List<String> said = new ArrayList<>();
        if (newGroup) {
            run(root, "groupadd", "--system", group);
            said.add("group " + group);
        }
        for (var file : plan.files().entrySet()) {
            Path path = root.resolve(file.getKey());
            String digest = Digest.sha256Of(file.getValue()).hex();
            boolean changed = isChanged(path, begun.files().getOrDefault(file.getKey(), digest)) && !is(path, digest);
            if (!changed) {
                put(path, file.getValue());
                written.put(file.getKey(), digest);
            }
            said.add((changed ? "kept, it was changed: /" : "/") + file.getKey());
        }
        for (var link : plan.links().entrySet()) {
            Path path = root.resolve(link.getKey());
            Files.createDirectories(Objects.requireNonNull(path.getParent()));
            Files.deleteIfExists(path);
            Files.createSymbolicLink(path, Path.of(link.getValue()));
            said.add("/" + link.getKey());
        }
        var done = new InstallRecord(written, links, begun.directories(), begun.group());
        put(root.resolve(InstallRecord.PATH), done.text());
        return said;
    }

    /// The directories above `path` that are not there yet.
    private static List<String> missing(Path root, String path) {
        List<String> all = new ArrayList<>();
        for (Path p = Path.of(path).getParent(); p != null && !Files.exists(root.resolve(p)); p = p.getParent()) {
            all.add(p.toString());
        }
        return all;
    }

    /// Beside it and then in its place: nobody sees half of it.
    private static void put(Path path, String text) throws IOException {
        Path directory = Files.createDirectories(Objects.requireNonNull(path.getParent()));
        if (is(path, Digest.sha256Of(text).hex())) {
            return;
        }
        Path beside = directory.resolve(".gantry-install");
        Files.writeString(beside, text, StandardCharsets.UTF_8);
        Files.move(beside, path, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public List<String> uninstall(String root) {
        Path system = Path.of(root);
        List<String> said = new ArrayList<>();
        try {
            InstallRecord record = InstallRecord.read(system);
            if (record.equals(InstallRecord.NOTHING)) {
                said.add("nothing is installed");
                return said;
            }
            for (var file : record.files().entrySet()) {
                Path path = system.resolve(file.getKey());
                boolean changed = isChanged(path, file.getValue());
                if (!changed) {
                    Files.deleteIfExists(path);
                }
                said.add((changed ? "kept, it was changed: /" : "removed /") + file.getKey());
            }
            for (var link : record.links().entrySet()) {
                Path path = system.resolve(link.getKey());
                if (leadsTo(path, link.getValue())) {
                    Files.delete(path);
                    said.add("removed /" + link.getKey());
                }
            }
            Files.delete(system.resolve(InstallRecord.PATH));
            for (String directory : record.directories().reversed()) {
                removeIfEmpty(system.resolve(directory));
            }
            if (!record.group().isEmpty() && isLonely(system, record.group())) {
                run(system, "groupdel", record.group());
                said.add("removed group " + record.group());
            }
            return said;
        } catch (IOException e) {
            throw new Internal("uninstall below " + root, String.valueOf(e), "look at the path, and run it as root", e);
        }
    }

    private static void removeIfEmpty(Path directory) throws IOException {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            // Somebody else has put something there.
            return;
        }
    }

    private static boolean is(Path path, String digest) throws IOException {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                && Digest.sha256Of(Files.readAllBytes(path)).hex().equals(digest);
    }

    /// It is there, and is not what was written.
    private static boolean isChanged(Path path, String digest) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !is(path, digest);
    }

    private static boolean leadsTo(Path path, String target) throws IOException {
        return Files.isSymbolicLink(path)
                && Files.readSymbolicLink(path).toString().equals(target);
    }

    private static List<String> groups(Path root) throws IOException {
        Path groups = root.resolve("etc/group");
        return Files.exists(groups) ? Files.readAllLines(groups) : List.of();
    }

    private static boolean hasGroup(Path root, String group) throws IOException {
        return groups(root).stream().anyMatch(l -> l.startsWith(group + ":"));
    }

    /// Nobody was put into it since.
    private static boolean isLonely(Path root, String group) throws IOException {
        return groups(root).stream().anyMatch(l -> l.startsWith(group + ":") && l.endsWith(":"));
    }

    private static void run(Path root, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command));
        if (!root.equals(Path.of("/"))) {
            words.addAll(1, List.of("--prefix", root.toString()));
        }
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(words + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
