package dev.gantry.cli;

import dev.gantry.base.path.Patterns;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The one who asks: its streams, its files with its own rights, its environment, its terminal and its signals.
/// Failures of files are the errors of [dev.gantry.base.GantryException], in the caller's names.
public interface Caller {
    /// The three standard streams.
    enum Stream {
        IN,
        OUT,
        ERR
    }

    InputStream in();

    OutputStream out();

    OutputStream err();

    Map<String, String> environment();

    Instant now();

    ZoneId zone();

    /// Opens an existing file for reading.
    InputStream open(String path);

    /// The size of an existing file in bytes.
    long size(String path);

    /// Runs a program of the caller's host as the caller, without input, in a directory, until it ends. What it prints
    /// on
    /// either stream goes to `printed`.
    ///
    /// @return its exit code
    int program(List<String> command, String directory, OutputStream printed);

    /// A directory with all that is in it as a tar, which is made while it is read.
    InputStream archive(String directory);

    /// What a path may lead to.
    enum Kind {
        ABSENT,
        FILE,
        DIRECTORY,
        LINK,
        OTHER
    }

    /// What is there. A link in the last place is not followed, unless the path ends in a slash.
    Kind kind(String path);

    /// Where a path leads when links in the last place are followed; there need be nothing.
    String followed(String path);

    /// What is at a path, with all below it, as a tar in which it is called `as`; it is made while it is read. A path
    /// that ends in a slash or `/.` is a directory.
    InputStream pack(String path, String as);

    /// What is in a directory as a tar, without what is ignored; it is made while it is read.
    InputStream packWithout(String directory, Patterns ignored);

    /// Unpacks a tar into a directory, and nowhere else; it is all the caller's. What is called `from` in it, or
    /// everything when that is empty, is called `to`, unless that is empty. A directory stays one, and all else no
    /// directory.
    void unpack(InputStream tar, String directory, String from, String to);

    /// What is in a directory, in no order; nothing when there is none.
    List<String> names(String directory);

    /// Makes a file that must not exist yet, and writes it.
    OutputStream create(String path);

    /// Writes a file as a whole: it appears under its name when the stream is closed, never half.
    Replacement replace(String path);

    /// A file on its way.
    abstract class Replacement extends FilterOutputStream {
        protected Replacement(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        /// All of it, then closes; what fails leaves nothing.
        public void take(InputStream in) throws IOException {
            take(in, () -> {});
        }

        /// @param check throws when it may not appear
        public void take(InputStream in, Runnable check) throws IOException {
            boolean whole = false;
            try {
                in.transferTo(this);
                check.run();
                whole = true;
            } finally {
                if (whole) {
                    close();
                } else {
                    abandon();
                }
            }
        }

        /// Nothing of it stays, and what has the name keeps it.
        public abstract void abandon();
    }

    /// Makes a directory for the caller alone, and those above it; one that is there is left as it is.
    void makeDirectory(String path);

    /// The path as it is from the root: a relative one starts at the caller's working directory.
    String absolute(String path);

    boolean isTerminal(Stream stream);

    /// The caller's terminal. To be called only when a stream is one.
    Terminal terminal();

    /// Hands the caller's signals to `handler` by name, such as `INT`, until closed; their default action is off
    /// meanwhile.
    Scope onSignals(Consumer<String> handler);

    /// A terminal, as long as a command needs it.
    interface Terminal {
        Size size();

        /// Passes keys on as they are pressed, unseen by the system, until closed.
        Scope raw();

        /// Calls `changed` whenever the size changes, until closed.
        Scope onResize(Runnable changed);
    }

    record Size(int rows, int columns) {}

    /// Something that is undone by closing it.
    interface Scope extends AutoCloseable {
        @Override
        void close();
    }
}
