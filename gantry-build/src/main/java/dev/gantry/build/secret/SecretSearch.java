package dev.gantry.build.secret;

import dev.gantry.base.Forbidden;
import dev.gantry.base.Unavailable;
import dev.gantry.build.graph.ImagePlan;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks for secrets in what a step has written, before it becomes a layer.
public final class SecretSearch {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int PIECE = 1 << 18;

    private final Linux linux;
    private final Needles needles;
    private final String step;
    private final byte[] buffer;

    private SecretSearch(Linux linux, Needles needles, String step) {
        this.linux = linux;
        this.needles = needles;
        this.step = step;
        this.buffer = new byte[PIECE + needles.longest()];
    }

    /// [Forbidden] names the step, the path and the id of the secret, and never its value.
    public static void below(Linux linux, Fd directory, Needles needles, String step) {
        if (!needles.isEmpty()) {
            new SecretSearch(linux, needles, step).below(directory);
        }
    }

    /// The same of what an image says of itself, but for what its base has said.
    public static void in(ImagePlan plan, Map<String, byte[]> secrets) {
        Needles needles = Needles.of(secrets);
        if (needles.isEmpty()) {
            return;
        }
        text(needles, plan.config(), "the configuration of the image");
        for (ImagePlan.Step step : plan.history()) {
            if (step.from().isEmpty()) {
                text(needles, step.createdBy(), "the history of the image");
            }
        }
        text(needles, plan.author(), "the author of the image");
    }

    private static void text(Needles needles, Object value, String where) {
        switch (value) {
            case Map<?, ?> map ->
                map.forEach((key, each) -> {
                    text(needles, key, where);
                    text(needles, each, where);
                });
            case List<?> list -> list.forEach(each -> text(needles, each, where));
            default ->
                needles.in(value.toString()).ifPresent(id -> {
                    throw new Forbidden(
                            "make the image",
                            "the value of the secret " + id + " is in " + where,
                            "leave it out of ARG, ENV, LABEL and the commands of steps");
                });
        }
    }

    /// However deep it goes, one directory is open at a time: nobody moves them meanwhile.
    private void below(Fd top) {
        Deque<Level> way = new ArrayDeque<>();
        var path = new StringBuilder();
        Fd here = linux.files().open(top, ".", DIRECTORY, 0, Resolve.PLAIN);
        try {
            way.push(level("", here));
            while (!way.isEmpty()) {
                Level level = way.peek();
                DirectoryCalls.Entry entry = level.left().poll();
                if (entry == null) {
                    way.pop();
                    path.setLength(path.length() - level.name().length());
                    if (!way.isEmpty()) {
                        here = moved(here, "..", Resolve.ANY);
                    }
                } else if (isDirectory(here, entry.name(), path)) {
                    here = moved(here, entry.name(), Resolve.PLAIN);
                    way.push(level("/" + entry.name(), here));
                    path.append('/').append(entry.name());
                }
            }
        } finally {
            here.close();
        }
    }

    /// @param name with its slash
    private record Level(String name, Deque<DirectoryCalls.Entry> left) {}

    private Level level(String name, Fd directory) {
        return new Level(name, new ArrayDeque<>(linux.directories().entries(directory)));
    }

    /// The first one is closed when the other is open.
    private Fd moved(Fd here, String name, int resolve) {
        Fd there = linux.files().open(here, name, DIRECTORY, 0, resolve);
        here.close();
        return there;
    }

    /// All else is searched at once.
    private boolean isDirectory(Fd directory, String name, CharSequence path) {
        goesOn();
        Optional<String> named = needles.in(name);
        if (named.isPresent()) {
            throw found(named.get(), "the name of a file in " + (path.isEmpty() ? "/" : path));
        }
        Stat stat = linux.attributes().stat(directory, name);
        if (stat.type() == FileType.SYMLINK) {
            needles.in(linux.directories().readLink(directory, name)).ifPresent(id -> {
                throw found(id, path + "/" + name);
            });
        } else if (stat.type() == FileType.REGULAR) {
            file(directory, name, path + "/" + name, stat.size());
        }
        return stat.type() == FileType.DIRECTORY;
    }

    /// Holes are passed over, but for as much of them as a value may begin or end with.
    private void file(Fd directory, String name, String path, long size) {
        try (Fd file = linux.files().openRegular(directory, name, Resolve.PLAIN)) {
            int margin = needles.longest() - 1;
            long done = 0;
            int kept = 0;
            for (long data = linux.copies().data(file, 0, size); data < size; ) {
                long hole = Math.min(size, linux.copies().hole(file, data, size));
                if (data - margin > done) {
                    done = data - margin;
                    kept = 0;
                }
                long end = Math.min(size, hole + margin);
                while (done < end) {
                    goesOn();
                    int n = linux.files().readAt(file, buffer, kept, (int) Math.min(PIECE, end - done), done);
                    if (n <= 0) {
                        return;
                    }
                    done += n;
                    kept = searched(kept + n, path);
                }
                data = linux.copies().data(file, hole, size);
            }
        }
    }

    /// Returns how much of the end is kept for what comes next.
    private int searched(int length, String path) {
        Optional<String> id = needles.in(buffer, length);
        if (id.isPresent()) {
            throw found(id.get(), path);
        }
        int kept = Math.min(length, needles.longest() - 1);
        System.arraycopy(buffer, length - kept, buffer, 0, kept);
        return kept;
    }

    private static void goesOn() {
        if (Thread.currentThread().isInterrupted()) {
            throw new Unavailable("build", "it was cancelled", "start it again");
        }
    }

    private Forbidden found(String id, String where) {
        return new Forbidden(
                "keep what " + step + " has made",
                "the value of the secret " + id + " is in " + where,
                "let no step write it to the image: use it where it is mounted");
    }
}
