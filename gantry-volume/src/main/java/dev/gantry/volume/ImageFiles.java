package dev.gantry.volume;

import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.LoopCalls;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// File systems in sparse files. They are made by the programs of each file system, once in the life of a volume.
final class ImageFiles {
    static final String IMAGE = "image";
    private static final int READ_WRITE = OpenFlags.READ_WRITE | OpenFlags.NO_FOLLOW;
    private static final int MOST_WORDS = 4096;

    private final Linux linux;
    private final Duration patience;
    private final UnaryOperator<String> programs;

    ImageFiles(Linux linux) {
        this(linux, Duration.ofSeconds(120), UnaryOperator.identity());
    }

    /// @param patience for the program that makes a file system
    /// @param programs where each of them is, by name
    ImageFiles(Linux linux, Duration patience, UnaryOperator<String> programs) {
        this.linux = linux;
        this.patience = patience;
        this.programs = programs;
    }

    void make(LocalOptions.Image options, Fd directory) {
        int flags = READ_WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE;
        try (Fd file = linux.files().open(directory, IMAGE, flags, 0600, Resolve.PLAIN)) {
            linux.files().truncate(file, options.bytes());
            run(options.fileSystem(), file);
            linux.files().sync(file);
        } catch (LinuxError e) {
            throw e.during("make a file system for the volume");
        }
    }

    private void run(String fileSystem, Fd file) {
        List<String> command = new ArrayList<>(List.of(programs.apply("mkfs." + fileSystem), "-q"));
        command.addAll(
                fileSystem.equals("ext4")
                        ? List.of("-F", "-m", "0", "-E", "root_owner=0:0,lazy_itable_init=1,nodiscard")
                        : fileSystem.equals("xfs") ? List.of("-f", "-K", "-m", "reflink=1") : List.of("-f", "-K"));
        // The very file, whatever is at its name meanwhile.
        command.add("/proc/" + ProcessHandle.current().pid() + "/fd/" + file.number());
        String what = "make a file system for the volume";
        try {
            Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
            p.getOutputStream().close();
            if (!p.waitFor(patience)) {
                p.destroyForcibly();
                throw new Unavailable(
                        what,
                        command.getFirst() + " does not end within " + patience.toSeconds() + " s",
                        "look at the disk of the data root");
            }
            // What it said before its end is in the pipe; who else may have that open is not waited for.
            InputStream said = p.getInputStream();
            String words = new String(said.readNBytes(Math.min(said.available(), MOST_WORDS)), StandardCharsets.UTF_8);
            if (p.exitValue() != 0) {
                throw new Internal(
                        what, command.getFirst() + " says: " + words.strip(), "choose another size or another backing");
            }
        } catch (IOException e) {
            String packages = fileSystem.equals("ext4") ? "e2fsprogs" : fileSystem + "progs";
            throw new Unsupported(
                    what,
                    "there is no " + command.getFirst() + " on this host",
                    "install " + packages.replace("btrfsprogs", "btrfs-progs") + ", or choose another backing",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(what, "the work was cancelled", "ask again", e);
        }
    }

    /// Mounts it over the data directory. One that is mounted elsewhere yet, because a container is just leaving, is
    /// the same file system again.
    void mount(LocalOptions.Image options, Fd directory) {
        try (Fd file = linux.files().open(directory, IMAGE, READ_WRITE, 0, Resolve.PLAIN);
                LoopCalls.Loop loop = linux.loops().attach(file)) {
            linux.mounts().mount(loop.path(), directory, VolumeDirectories.DATA, options.fileSystem(), 0, "");
        }
        if (options.fileSystem().equals("ext4")) {
            dropLostAndFound(directory);
        }
    }

    /// A new volume is empty, as programs that want an empty directory expect; fsck(8) makes it again if it needs it.
    private void dropLostAndFound(Fd directory) {
        try (Fd data = linux.files()
                .open(
                        directory,
                        VolumeDirectories.DATA,
                        OpenFlags.READ | OpenFlags.DIRECTORY,
                        0,
                        Resolve.PLAIN & ~Resolve.NO_XDEV)) {
            linux.directories().removeEmpty(data, "lost+found");
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT, Errno.ENOTEMPTY, Errno.EROFS)) {
                throw e;
            }
        }
    }
}
