package dev.gantry.cli.image;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.cli.Invocation;
import dev.gantry.java.Application;
import dev.gantry.java.BuildTool;
import dev.gantry.java.JavaRuntime;
import dev.gantry.java.JavaSettings;
import dev.gantry.java.ProjectFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A runtime with the modules that an application needs, made by the JDK of the host once for each set of them.
record Jlink(Invocation call, ProjectFiles files, BuildTool tool, String module, JavaSettings settings) {
    Optional<JavaRuntime> runtime(Application app, BuildTool.Built built) {
        String asked = settings.one("jlink").orElse("no");
        if (asked.equals("no")) {
            return Optional.empty();
        }
        String modules = asked.equals("yes") ? needed(app, built) : asked;
        if (!modules.matches("[a-zA-Z0-9_.]+(,[a-zA-Z0-9_.]+)*")) {
            throw new InvalidArgument("read jlink=" + asked, "it is no list of modules", "write java.base,java.sql");
        }
        String version = printed(List.of(program("java"), "-version"));
        String key = Digest.sha256Of((modules + "\n" + version).getBytes(StandardCharsets.UTF_8))
                .hex()
                .substring(0, 12);
        String directory = module + "/" + tool.directory() + "/gantry-runtime-" + key;
        if (!files.isFile(directory + ".complete")) {
            call.note("jlink " + modules);
            printed(List.of(
                    program("jlink"),
                    "--add-modules",
                    modules,
                    "--strip-java-debug-attributes",
                    "--no-header-files",
                    "--no-man-pages",
                    "--output",
                    directory));
            try (OutputStream mark = call.caller().replace(directory + ".complete")) {
                mark.write(version.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new InvalidArgument(
                        "make a runtime", String.valueOf(e.getMessage()), "check " + module + " and its disk", e);
            }
        }
        return Optional.of(JavaRuntime.of(files, directory, modules));
    }

    /// What jdeps finds, and what a program asks for by name only: encryption, other character sets and zip as a file
    /// system are services.
    private String needed(Application app, BuildTool.Built built) {
        List<String> command = new ArrayList<>(List.of(
                program("jdeps"),
                "--ignore-missing-deps",
                "--print-module-deps",
                "--multi-release",
                Integer.toString(app.release())));
        if (!built.dependencies().isEmpty()) {
            command.addAll(List.of("--class-path", String.join(":", built.dependencies())));
        }
        command.add(built.jar());
        command.addAll(built.dependencies());
        String found = printed(command).lines().reduce("", (_, last) -> last).strip();
        return found + ",jdk.crypto.cryptoki,jdk.localedata,jdk.zipfs";
    }

    private String program(String name) {
        String home = call.caller().environment().getOrDefault("JAVA_HOME", "");
        return home.isEmpty() ? name : home + "/bin/" + name;
    }

    private String printed(List<String> command) {
        var out = new ByteArrayOutputStream();
        int code = call.caller().program(command, module, out);
        String text = out.toString(StandardCharsets.UTF_8);
        if (code != 0) {
            throw new InvalidArgument(
                    "make a runtime",
                    command.getFirst() + " ended with code " + code + ": " + text.strip(),
                    "name the modules with --java jlink=MODULE,MODULE, or use a base that has a runtime");
        }
        return text;
    }
}
