package dev.gantry.cli.image;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.java.BuildTool;
import dev.gantry.java.JavaSettings;
import dev.gantry.java.ProjectFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runs the project's own tool, as the caller.
record ProjectBuild(
        Invocation call, Command run, ProjectFiles files, BuildTool tool, String root, JavaSettings settings) {
    private static final String SCRIPT = "build/gantry-class-path.gradle";

    void build() {
        Caller caller = call.caller();
        String script = tool == BuildTool.GRADLE ? script(caller) : "";
        List<String> command = tool.command(files, root, script, settings);
        call.note(String.join(" ", command));
        Optional<String> image = settings.one("build-in");
        int code = image.isPresent() ? inside(image.get(), command) : program(command);
        if (code != 0) {
            throw new InvalidArgument(
                    "build " + root,
                    command.getFirst() + " ended with code " + code,
                    "see what it says, or build it yourself and use --java build=no");
        }
    }

    private int program(List<String> command) {
        try {
            return call.caller().program(command, root, call.caller().err());
        } catch (NotFound e) {
            throw new NotFound(
                    "build " + root,
                    "there is no " + command.getFirst() + " on this host",
                    "install it, add its wrapper to the project, or build in an image with --java build-in=IMAGE",
                    e);
        }
    }

    /// In a container that sees the project and the tool's own store where they are here, as the same user.
    private int inside(String image, List<String> command) {
        Caller caller = call.caller();
        String home = caller.environment().getOrDefault("HOME", "/root");
        String store = home + "/" + (tool == BuildTool.MAVEN ? ".m2" : ".gradle");
        caller.makeDirectory(store);
        List<String> words = new ArrayList<>(List.of("--rm", "--workdir", root));
        for (String place : List.of(root, store)) {
            words.addAll(List.of("--mount", "type=bind,source=" + place + ",target=" + place));
        }
        words.addAll(List.of("--user", id("-u") + ":" + id("-g")));
        words.addAll(List.of("--env", "HOME=" + home, "--env", "MAVEN_OPTS=-Duser.home=" + home));
        words.addAll(List.of("--env", "GRADLE_USER_HOME=" + store, "--entrypoint", command.getFirst(), image));
        words.addAll(command.subList(1, command.size()));
        var started = new Invocation(caller, call.engine(), run.line().parse(words), call.choice());
        try {
            return run.run(started);
        } catch (IOException e) {
            throw new Unavailable("build " + root, String.valueOf(e.getMessage()), "look at the daemon", e);
        }
    }

    private String id(String which) {
        var out = new ByteArrayOutputStream();
        call.caller().program(List.of("id", which), root, out);
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    private String script(Caller caller) {
        String path = root + "/" + SCRIPT;
        caller.makeDirectory(root + "/build");
        try (OutputStream out = caller.replace(path)) {
            out.write(BuildTool.GRADLE_SCRIPT.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new InvalidArgument("write " + path, String.valueOf(e.getMessage()), "check the directory", e);
        }
        return path;
    }
}
