package dev.gantry.cli.image;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.path.CleanPath;
import dev.gantry.base.path.IgnoreFile;
import dev.gantry.base.path.Patterns;
import dev.gantry.cli.Caller;
import dev.gantry.cli.flag.Parsed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What a build may read: a tar, made while it is read, and the name of the Dockerfile in it.
///
/// @param remote an address from which the engine fetches it; empty: it is sent
record BuildContext(InputStream tar, String dockerfile, String remote) {
    private static final int LONGEST = 4 << 20; // of a Dockerfile, as the engine has it
    private static final int START = 512;

    BuildContext(InputStream tar, String dockerfile) {
        this(tar, dockerfile, "");
    }

    static BuildContext of(Parsed args, Caller caller) throws IOException {
        String where = args.argument(0);
        if (where.equals("-")) {
            return stream(args, caller);
        }
        if (caller.kind(where + "/") == Caller.Kind.DIRECTORY) {
            return directory(where, args, caller);
        }
        if (where.contains("://") || where.startsWith("git@") || where.startsWith("github.com/")) {
            return new BuildContext(InputStream.nullInputStream(), args.text("file"), where);
        }
        throw new NotFound(
                "build " + where, "there is no such directory", "name a directory, an address, or - for an archive");
    }

    // standard input

    private static BuildContext stream(Parsed args, Caller caller) throws IOException {
        if (args.text("file").equals("-")) {
            throw args.wrong("the context and the Dockerfile cannot both be standard input");
        }
        if (caller.isTerminal(Caller.Stream.IN)) {
            throw args.wrong("standard input is a terminal, neither an archive nor a Dockerfile");
        }
        byte[] start = caller.in().readNBytes(START);
        if (Member.isArchive(start)) {
            var all = new SequenceInputStream(new ByteArrayInputStream(start), caller.in());
            return new BuildContext(all, args.text("file"));
        }
        if (args.isGiven("file")) {
            throw args.wrong("standard input is a Dockerfile, so --file names nothing");
        }
        var rest = new SequenceInputStream(new ByteArrayInputStream(start), caller.in());
        var tar = new ByteArrayOutputStream();
        tar.writeBytes(Member.of("Dockerfile", dockerfile(rest, "standard input")));
        tar.writeBytes(Member.end());
        return new BuildContext(new ByteArrayInputStream(tar.toByteArray()), "");
    }

    // a directory

    private static BuildContext directory(String where, Parsed args, Caller caller) throws IOException {
        String root = CleanPath.absolute(caller.absolute(where));
        String below = root.equals("/") ? root : root + "/";
        String file = args.text("file");
        if (file.equals("-")) {
            return besides(where, dockerfile(caller.in(), "standard input"), List.of(), caller);
        }
        if (file.isEmpty()) {
            String name = caller.kind(below + "Dockerfile") == Caller.Kind.ABSENT
                            && caller.kind(below + "dockerfile") != Caller.Kind.ABSENT
                    ? "dockerfile"
                    : "Dockerfile";
            return inside(where, below, name, caller);
        }
        String named = CleanPath.absolute(caller.absolute(file));
        if (named.startsWith(below)) {
            return inside(where, below, named.substring(below.length()), caller);
        }
        try (InputStream in = caller.open(file)) {
            List<String> own = ignored(named + ".dockerignore", caller);
            return besides(where, dockerfile(in, file), own, caller);
        }
    }

    private static BuildContext inside(String where, String below, String dockerfile, Caller caller) {
        if (caller.kind(below + dockerfile) == Caller.Kind.ABSENT) {
            throw new NotFound(
                    "build " + where,
                    "there is no " + below + dockerfile,
                    "name the Dockerfile with --file, or a directory with a pom.xml or build.gradle");
        }
        List<String> patterns = new ArrayList<>();
        for (String name : IgnoreFile.names(dockerfile)) {
            if (caller.kind(below + name) != Caller.Kind.ABSENT) {
                patterns.addAll(ignored(below + name, caller));
                patterns.add("!" + literal(name));
                break;
            }
        }
        // The engine needs it, and hides it from the build itself.
        patterns.add("!" + literal(dockerfile));
        return new BuildContext(caller.packWithout(where, Patterns.of(patterns)), dockerfile);
    }

    /// A Dockerfile from elsewhere goes with the context, under a name that is not there, and is no part of it.
    private static BuildContext besides(String where, byte[] text, List<String> own, Caller caller) {
        List<String> names = caller.names(where);
        String name = ".dockerfile";
        while (names.contains(name) || names.contains(name + ".dockerignore")) {
            name += "_";
        }
        List<String> patterns = new ArrayList<>(
                own.isEmpty() ? ignored(CleanPath.absolute(caller.absolute(where)) + "/.dockerignore", caller) : own);
        Patterns ignored = Patterns.of(patterns);
        patterns.add(name);
        patterns.add(name + ".dockerignore");
        var first = new ByteArrayOutputStream();
        first.writeBytes(Member.of(name, text));
        first.writeBytes(
                Member.of(name + ".dockerignore", String.join("\n", patterns).getBytes(StandardCharsets.UTF_8)));
        return new BuildContext(
                new SequenceInputStream(
                        new ByteArrayInputStream(first.toByteArray()), caller.packWithout(where, ignored)),
                name);
    }

    static List<String> ignored(String file, Caller caller) {
        if (caller.kind(file) == Caller.Kind.ABSENT) {
            return List.of();
        }
        try (InputStream in = caller.open(file)) {
            return IgnoreFile.read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Unavailable("read " + file, String.valueOf(e.getMessage()), "check the file", e);
        }
    }

    private static byte[] dockerfile(InputStream in, String name) throws IOException {
        byte[] text = in.readNBytes(LONGEST + 1);
        if (text.length > LONGEST) {
            throw new InvalidArgument("read the Dockerfile " + name, "it has more than 4 MiB", "make it shorter");
        }
        return text;
    }

    /// As a pattern that means this path alone.
    private static String literal(String path) {
        return path.replaceAll("[\\\\*?\\[\\]]", "\\\\$0");
    }
}
