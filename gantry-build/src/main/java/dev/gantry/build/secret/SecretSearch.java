package dev.gantry.build.secret;

import dev.gantry.base.Forbidden;
import dev.gantry.build.graph.ImagePlan;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
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
            new SecretSearch(linux, needles, step).below(directory, "");
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

    private void below(Fd directory, String path) {
        for (DirectoryCalls.Entry entry : linux.directories().entries(directory)) {
            String name = entry.name();
            String there = path + "/" + name;
            if (needles.in(name).isPresent()) {
                throw found(needles.in(name).get(), "the name of a file in " + (path.isEmpty() ? "/" : path));
            }
            Stat stat = linux.attributes().stat(directory, name);
            if (stat.type() == FileType.DIRECTORY) {
                try (Fd below = linux.files().open(directory, name, DIRECTORY, 0, Resolve.PLAIN)) {
                    below(below, there);
                }
            } else if (stat.type() == FileType.SYMLINK) {
                needles.in(linux.directories().readLink(directory, name)).ifPresent(id -> {
                    throw found(id, there);
                });
            } else if (stat.type() == FileType.REGULAR) {
                file(directory, name, there);
            }
        }
    }

    private void file(Fd directory, String name, String path) {
        try (Fd file = linux.files().openRegular(directory, name, Resolve.PLAIN)) {
            int kept = 0;
            int n = linux.files().read(file, buffer, 0, PIECE);
            while (n > 0) {
                int length = kept + n;
                Optional<String> id = needles.in(buffer, length);
                if (id.isPresent()) {
                    throw found(id.get(), path);
                }
                kept = Math.min(length, needles.longest() - 1);
                System.arraycopy(buffer, length - kept, buffer, 0, kept);
                n = linux.files().read(file, buffer, kept, PIECE);
            }
        }
    }

    private Forbidden found(String id, String where) {
        return new Forbidden(
                "keep what " + step + " has made",
                "the value of the secret " + id + " is in " + where,
                "let no step write it to the image: use it where it is mounted");
    }
}
