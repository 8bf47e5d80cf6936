package dev.gantry.runtime.plan;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/// A root file system with a static busybox, below a test's own directory, and plans that run it.
public final class BusyboxRoot {
    static final long NOSUID = 2;
    static final long NODEV = 4;
    static final long NOEXEC = 8;
    static final long READ_ONLY = 1;
    static final long SLAVE_RECURSIVE = 1 << 19 | 1 << 14;
    public static final long ALL_NAMESPACES =
            Namespaces.MOUNT | Namespaces.PID | Namespaces.NET | Namespaces.IPC | Namespaces.UTS;
    public static final long ROOT_SLOT = 63;
    /// What Docker gives by default: chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap,
    /// net_bind_service, net_raw, sys_chroot, mknod, audit_write, setfcap.
    public static final long DEFAULT_CAPABILITIES = 0xa80425fbL;

    private static final Path BUSYBOX = Path.of("/bin/busybox");

    public final Path lower;
    final Path upper;
    private final Path work;

    public BusyboxRoot(Path directory) {
        ShimLaunch.needsRoot();
        assumeTrue(Files.isExecutable(BUSYBOX), "there is no static busybox at " + BUSYBOX);
        try {
            lower = Files.createDirectories(directory.resolve("lower"));
            upper = Files.createDirectories(directory.resolve("upper"));
            work = Files.createDirectories(directory.resolve("work"));
            Path bin = Files.createDirectories(lower.resolve("bin"));
            Files.copy(BUSYBOX, bin.resolve("busybox"), StandardCopyOption.COPY_ATTRIBUTES);
            for (String applet : List.of(
                    "sh",
                    "cat",
                    "ls",
                    "id",
                    "mount",
                    "sleep",
                    "usleep",
                    "wc",
                    "grep",
                    "tty",
                    "stty",
                    "readlink",
                    "hostname",
                    "touch",
                    "mkdir",
                    "echo",
                    "stat")) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
            for (String name : List.of("proc", "sys", "dev", "tmp", "etc")) {
                Files.createDirectories(lower.resolve(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The steps of a container up to its program; tests add to them and take from them.
    public List<Step> steps() {
        return steps(ALL_NAMESPACES);
    }

    List<Step> steps(long namespaces) {
        var steps = new ArrayList<>(prepare(namespaces));
        steps.addAll(child());
        return steps;
    }

    List<Step> prepare(long namespaces) {
        return List.of(
                new Step.Overlay(ROOT_SLOT, List.of(lower.toString()), upper.toString(), work.toString(), List.of(), 0),
                new Step.Clone(namespaces, 0));
    }

    List<Step> child() {
        var steps = new ArrayList<Step>(List.of(
                new Step.Unshare(Namespaces.CGROUP),
                new Step.Propagation(SLAVE_RECURSIVE),
                new Step.Root(ROOT_SLOT, "/"),
                mount("proc", "/proc", NOSUID | NODEV | NOEXEC),
                mount("tmpfs", "/dev", NOSUID, "mode=755"),
                mount("devpts", "/dev/pts", NOSUID | NOEXEC, "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
                mount("sysfs", "/sys", NOSUID | NODEV | NOEXEC | READ_ONLY)));
        steps.addAll(devices());
        steps.add(new Step.Pivot());
        return steps;
    }

    static List<Step> devices() {
        return List.of(
                device("null", 1, 3),
                device("zero", 1, 5),
                device("full", 1, 7),
                device("tty", 5, 0),
                device("random", 1, 8),
                device("urandom", 1, 9));
    }

    static Step mount(String type, String target, long attributes, String... options) {
        return new Step.Mount(type, type, target, attributes, List.of(options), Step.Mount.MAKE_TARGET);
    }

    static Step device(String name, long major, long minor) {
        return new Step.Device("/dev/" + name, 0020666, major, minor, 0, 0, 0);
    }

    public static Step identity(long uid, long gid, long capabilities, String... groups) {
        return new Step.Identity(uid, gid, List.of(groups), 022, capabilities, capabilities, capabilities, 0, 0);
    }

    public static Step shell(String script) {
        return new Step.Exec(List.of("sh", "-c", script), List.of("PATH=/bin"), 0);
    }

    /// A container that runs a script and nothing more.
    List<Step> running(String script, Step... more) {
        var steps = steps();
        steps.addAll(List.of(more));
        steps.add(shell(script));
        return steps;
    }

    boolean hasUpper(String path) {
        return Files.exists(upper.resolve(path), LinkOption.NOFOLLOW_LINKS);
    }

    static List<Step> list(List<? extends Step> first, Step... more) {
        var steps = new ArrayList<Step>(first);
        steps.addAll(List.of(more));
        return steps;
    }
}
