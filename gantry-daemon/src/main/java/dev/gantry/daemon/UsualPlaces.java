package dev.gantry.daemon;

import dev.gantry.base.Conflict;
import dev.gantry.base.Internal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Where an engine has its things when no flag says otherwise: the host's own engine, that of an ordinary user
/// (docs/rootless.md), or the one of the directory that `GANTRY_ROOT` names.
///
/// @param data what must last
/// @param run what a restart of the host may forget
/// @param socket where commands find it
/// @param log what an engine that was started by a command says
/// @param config where the daemon's options are, besides its flags
/// @param whose for whom these are
public record UsualPlaces(Path data, Path run, Path socket, Path log, Path config, Whose whose) {
    public static final UsualPlaces HOST = new UsualPlaces(
            Path.of("/var/lib/gantry"),
            Path.of("/run/gantry"),
            Path.of("/run/gantry.sock"),
            Path.of("/var/log/gantryd.log"),
            Path.of("/etc/gantry/daemon.json"),
            Whose.HOST);

    private static final Set<PosixFilePermission> OURS_ALONE = PosixFilePermissions.fromString("rwx------");

    /// For whom an engine runs.
    public enum Whose {
        HOST,
        USER,
        ONE_DIRECTORY
    }

    /// For a process with this environment and this user.
    public static UsualPlaces of(Map<String, String> environment) {
        String root = environment.getOrDefault("GANTRY_ROOT", "");
        if (!root.isEmpty()) {
            return in(Path.of(root));
        }
        return Rights.toRunEngines() ? HOST : ofUser(environment, home(environment), Rights.user());
    }

    /// All below one directory.
    static UsualPlaces in(Path root) {
        Path dir = root.toAbsolutePath().normalize();
        return new UsualPlaces(
                dir.resolve("data"),
                dir.resolve("run"),
                dir.resolve("gantry.sock"),
                dir.resolve("gantryd.log"),
                dir.resolve("daemon.json"),
                Whose.ONE_DIRECTORY);
    }

    /// XDG Base Directory Specification 0.8. Without a runtime directory, which a login would have made, it is one
    /// below
    /// `/tmp`.
    static UsualPlaces ofUser(Map<String, String> environment, String home, long user) {
        Path data = absolute(environment.getOrDefault("XDG_DATA_HOME", ""), Path.of(home, ".local", "share"));
        Path login = Path.of("/run/user/" + user);
        Path run = absolute(
                environment.getOrDefault("XDG_RUNTIME_DIR", ""),
                Files.isWritable(login) ? login : Path.of("/tmp/gantry-" + user));
        return new UsualPlaces(
                data.resolve("gantry"),
                run.resolve("gantry"),
                run.resolve("gantry.sock"),
                data.resolve("gantry").resolve("gantryd.log"),
                absolute(environment.getOrDefault("XDG_CONFIG_HOME", ""), Path.of(home, ".config"))
                        .resolve("gantry")
                        .resolve("daemon.json"),
                Whose.USER);
    }

    /// What the user says it is goes before what the system says.
    private static String home(Map<String, String> environment) {
        String said = environment.getOrDefault("HOME", "");
        return said.startsWith("/") ? said : System.getProperty("user.home", "/");
    }

    /// A relative path is no path of this kind, says the specification.
    private static Path absolute(String text, Path otherwise) {
        return text.startsWith("/") ? Path.of(text).normalize() : otherwise;
    }

    /// Makes the directories of the socket and of the log. What is in a place that others may write to must be ours.
    public void prepare() {
        try {
            for (Path directory : List.of(parent(socket), parent(log))) {
                if (whose == Whose.USER && !Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectories(parent(directory));
                    Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OURS_ALONE));
                }
                Files.createDirectories(directory);
            }
            if (whose == Whose.USER) {
                checkOurs(parent(socket));
            }
        } catch (IOException e) {
            throw new Internal(
                    "make the directories of the engine",
                    String.valueOf(e),
                    "give the right, or name others with GANTRY_ROOT",
                    e);
        }
    }

    /// None of these is a root.
    private static Path parent(Path file) {
        return Objects.requireNonNull(file.getParent());
    }

    private static void checkOurs(Path directory) throws IOException {
        Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        boolean others =
                mode.contains(PosixFilePermission.GROUP_WRITE) || mode.contains(PosixFilePermission.OTHERS_WRITE);
        if (!(owner instanceof Integer uid) || uid != Rights.user() || others) {
            throw new Conflict(
                    "use " + directory,
                    "it belongs to somebody else, or others may write to it",
                    "remove it, or set XDG_RUNTIME_DIR to a directory of your own");
        }
    }
}
