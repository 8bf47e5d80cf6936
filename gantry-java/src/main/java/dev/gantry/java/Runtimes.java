package dev.gantry.java;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runtimes with the modules that applications need, made by a JDK once for each set of them.
///
/// @param directory where they are kept
public record Runtimes(ProjectFiles files, Jdk jdk, String directory) {
    /// Services that programs ask for by name only: encryption, other languages, and zip as a file system.
    private static final String BY_NAME = ",jdk.crypto.cryptoki,jdk.localedata,jdk.zipfs";

    private static final int LARGEST_NAME = 4096;

    /// The tools of a JDK.
    public interface Jdk {
        String version();

        /// @return the tool's exit code
        int run(String tool, List<String> arguments, OutputStream printed);

        /// Writes a small file as a whole.
        void write(String path, String text);
    }

    /// One for an application whose settings ask for it.
    public Optional<JavaRuntime> of(Application app, String jar, List<String> dependencies) {
        String asked = app.settings().one("jlink").orElse("no");
        if (asked.equals("no")) {
            return Optional.empty();
        }
        String modules = asked.equals("yes") ? needed(app, jar, dependencies) : asked;
        if (!modules.matches("[a-zA-Z0-9_.]+(,[a-zA-Z0-9_.]+)*")) {
            throw new InvalidArgument("read jlink=" + asked, "it is no list of modules", "write java.base,java.sql");
        }
        return Optional.of(linked(modules));
    }

    /// One of these modules.
    JavaRuntime linked(String modules) {
        byte[] known = (modules + "\n" + jdk.version()).getBytes(StandardCharsets.UTF_8);
        String place =
                directory + "/gantry-runtime-" + Digest.sha256Of(known).hex().substring(0, 12);
        // Says where it is, and is written when all of it is there: half of one is no runtime.
        String complete = place + ".made";
        if (!files.isFile(complete)) {
            String made = free(place);
            printed(
                    "jlink",
                    List.of(
                            "--add-modules",
                            modules,
                            // What it adds differs from run to run.
                            "--disable-plugin",
                            "generate-jli-classes",
                            "--strip-java-debug-attributes",
                            "--no-header-files",
                            "--no-man-pages",
                            "--output",
                            made));
            jdk.write(complete, made.substring(directory.length() + 1));
        }
        return JavaRuntime.of(files, directory + "/" + line(complete), modules);
    }

    /// Where nothing is: what one that was interrupted has left is in nobody's way.
    private String free(String place) {
        int number = 0;
        while (!files.names(place + "-" + number).isEmpty()) {
            number++;
        }
        return place + "-" + number;
    }

    private String line(String path) {
        try (InputStream in = files.open(path)) {
            return new String(in.readNBytes(LARGEST_NAME), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new Unavailable("read " + path, String.valueOf(e.getMessage()), "check the disk", e);
        }
    }

    private String needed(Application app, String jar, List<String> dependencies) {
        List<String> arguments = new ArrayList<>(List.of(
                "--ignore-missing-deps", "--print-module-deps", "--multi-release", Integer.toString(app.release())));
        if (!dependencies.isEmpty()) {
            arguments.addAll(List.of("--class-path", String.join(":", dependencies)));
        }
        arguments.add(jar);
        arguments.addAll(dependencies);
        String found = printed("jdeps", arguments).lines().reduce("", (_, last) -> last);
        return found.strip() + BY_NAME;
    }

    private String printed(String tool, List<String> arguments) {
        var out = new ByteArrayOutputStream();
        int code = jdk.run(tool, arguments, out);
        String text = out.toString(StandardCharsets.UTF_8);
        if (code != 0) {
            throw new InvalidArgument(
                    "make a runtime",
                    tool + " ended with code " + code + ": " + text.strip(),
                    "name the modules with jlink=MODULE,MODULE, or use a base that has a runtime");
        }
        return text;
    }
}
