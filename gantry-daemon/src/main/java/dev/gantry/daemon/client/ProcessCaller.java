package dev.gantry.daemon.client;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.path.Patterns;
import dev.gantry.cli.Caller;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import sun.misc.Signal;

/// The process that runs the client, as the caller of its one command.
final class ProcessCaller implements Caller {
    /// Those that a user or a supervisor sends to say something to the process; the JVM keeps others for itself.
    private static final List<String> SIGNALS =
            List.of("INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "ALRM", "CONT", "TSTP");

    private static final int MOST_LINKS = 40; // as the kernel's, path_resolution(7)

    private final InputStream in = new FileInputStream(FileDescriptor.in);
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private final OutputStream err = new FileOutputStream(FileDescriptor.err);
    private final String terminals = System.getProperty("gantry.tty", "");

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public OutputStream out() {
        return out;
    }

    @Override
    public OutputStream err() {
        return err;
    }

    @Override
    public Map<String, String> environment() {
        return System.getenv();
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public ZoneId zone() {
        return ZoneId.systemDefault();
    }

    @Override
    public InputStream open(String path) {
        Path file = Path.of(absolute(path));
        if (Files.isDirectory(file)) {
            throw new InvalidArgument("open " + path, "it is a directory", "name a file");
        }
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw failed("open " + path, e);
        }
    }

    @Override
    public long size(String path) {
        try {
            return Files.size(Path.of(absolute(path)));
        } catch (IOException e) {
            throw failed("look at " + path, e);
        }
    }

    @Override
    public int program(List<String> command, String directory, OutputStream printed) {
        return Programs.run(command, Path.of(absolute(directory)), printed);
    }

    @Override
    public InputStream archive(String directory) {
        return DirectoryArchive.of(directory, absolute(directory));
    }

    @Override
    public Kind kind(String path) {
        Path at = Path.of(absolute(path));
        try {
            BasicFileAttributes found = path.endsWith("/")
                    ? Files.readAttributes(at, BasicFileAttributes.class)
                    : Files.readAttributes(at, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (found.isDirectory()) {
                return Kind.DIRECTORY;
            }
            return found.isSymbolicLink() ? Kind.LINK : found.isRegularFile() ? Kind.FILE : Kind.OTHER;
        } catch (NoSuchFileException _) {
            return Kind.ABSENT;
        } catch (IOException e) {
            if (e instanceof FileSystemException f
                    && String.valueOf(f.getReason()).contains("Not a directory")) {
                return Kind.ABSENT;
            }
            throw failed("look at " + path, e);
        }
    }

    @Override
    public String followed(String path) {
        try {
            return written(Path.of(absolute(path))).toString();
        } catch (IOException e) {
            throw failed("follow " + path, e);
        }
    }

    @Override
    public InputStream pack(String path, String as) {
        return LocalCopy.pack(path, absolute(path), as);
    }

    @Override
    public InputStream packWithout(String directory, Patterns ignored) {
        return LocalCopy.packWithout(directory, absolute(directory), ignored);
    }

    @Override
    public void unpack(InputStream tar, String directory, String from, String to) {
        try {
            LocalCopy.unpack(tar, absolute(directory), from, to);
        } catch (IOException e) {
            throw failed("copy into " + directory, e);
        }
    }

    @Override
    public List<String> names(String directory) {
        try (var entries = Files.list(Path.of(absolute(directory)))) {
            return entries.map(e -> String.valueOf(e.getFileName())).toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            throw failed("list " + directory, e);
        }
    }

    @Override
    public OutputStream create(String path) {
        try {
            return Files.newOutputStream(
                    Path.of(absolute(path)), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed("create " + path, e);
        }
    }

    @Override
    public Replacement replace(String path) {
        try {
            Path target = written(Path.of(absolute(path)));
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                return new Written(Files.newOutputStream(target, StandardOpenOption.WRITE));
            }
            Path parent = target.getParent();
            Path beside = Files.createTempFile(parent == null ? Path.of("/") : parent, ".gantry-", ".part");
            return new ReplacingOutput(beside, target);
        } catch (IOException e) {
            throw failed("write " + path, e);
        }
    }

    /// A link stays one: what it leads to is written, there or not.
    private static Path written(Path named) throws IOException {
        Path target = named;
        for (int links = 0; Files.isSymbolicLink(target); links++) {
            if (links == MOST_LINKS) {
                throw new IOException("too many levels of symbolic links");
            }
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    @Override
    public void makeDirectory(String path) {
        try {
            Files.createDirectories(
                    Path.of(absolute(path)),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw failed("make directory " + path, e);
        }
    }

    @Override
    public String absolute(String path) {
        return Path.of(System.getProperty("user.dir")).resolve(path).normalize().toString();
    }

    @Override
    public boolean isTerminal(Stream stream) {
        return terminals.indexOf((char) ('0' + stream.ordinal())) >= 0;
    }

    @Override
    public Terminal terminal() {
        int descriptor = terminals.isEmpty() ? 0 : terminals.charAt(0) - '0';
        return new ProcessTerminal(descriptor);
    }

    @Override
    public Scope onSignals(Consumer<String> handler) {
        List<Scope> undo = new ArrayList<>();
        for (String name : SIGNALS) {
            try {
                undo.add(handle(name, () -> handler.accept(name)));
            } catch (IllegalArgumentException _) {
                // The JVM uses this one itself.
            }
        }
        return () -> undo.forEach(Scope::close);
    }

    static Scope handle(String name, Runnable handler) {
        Signal signal = new Signal(name);
        var before = Signal.handle(signal, _ -> handler.run());
        return () -> Signal.handle(signal, before);
    }

    private static GantryException failed(String what, IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> new NotFound(what, "there is no such file or directory", "check the path", e);
            case AccessDeniedException _ ->
                new Forbidden(what, "permission denied", "check its owner and mode, or run as another user", e);
            case FileAlreadyExistsException _ ->
                new Conflict(what, "it exists already", "remove it, or name another", e);
            default -> new Unavailable(what, String.valueOf(e.getMessage()), "check the path and the disk", e);
        };
    }

    /// What is no file is written at once, and takes nothing back.
    private static final class Written extends Replacement {
        Written(OutputStream out) {
            super(out);
        }

        @Override
        public void abandon() {
            try {
                close();
            } catch (IOException _) {
                // Why it is abandoned says more.
            }
        }
    }

    /// Written beside, and moved to its name by `close`; what was broken off leaves nothing under the name.
    private static final class ReplacingOutput extends Replacement {
        private final Path beside;
        private final Path target;
        private boolean failed;
        private boolean closed;

        ReplacingOutput(Path beside, Path target) throws IOException {
            super(new BufferedOutputStream(Files.newOutputStream(beside), 64 * 1024));
            this.beside = beside;
            this.target = target;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }

        @Override
        public void abandon() {
            failed = true;
            try {
                close();
            } catch (IOException _) {
                // Why it is abandoned says more.
            }
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                super.close();
                if (!failed) {
                    Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
                }
            } finally {
                Files.deleteIfExists(beside);
            }
        }
    }
}
