package dev.gantry.cli.image;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Piping;
import dev.gantry.base.Unavailable;
import dev.gantry.base.path.CleanPath;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.java.Application;
import dev.gantry.java.BuildTool;
import dev.gantry.java.Dockerfiles;
import dev.gantry.java.JavaSettings;
import dev.gantry.java.ProjectFiles;
import dev.gantry.java.Recipe;
import dev.gantry.java.Runtimes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// A Java project without a Dockerfile: it is built by its own tool, and what to send is made of the result.
///
/// @param run runs a container, where there is to be built in one
record JavaContext(Invocation call, Command run) {

    /// Whether the directory is a project of Maven or Gradle and has no Dockerfile, or settings for one were given.
    static boolean isMeant(Parsed args, Caller caller) {
        String where = args.argument(0);
        if (args.isGiven("java")) {
            if (args.isGiven("file")) {
                throw args.wrong("--java is for a project without a Dockerfile, and --file names one");
            }
            return true;
        }
        if (where.equals("-") || args.isGiven("file") || caller.kind(where + "/") != Caller.Kind.DIRECTORY) {
            return false;
        }
        var files = new CallerFiles(caller);
        String root = root(where, caller);
        return !files.isFile(root + "/Dockerfile")
                && !files.isFile(root + "/dockerfile")
                && BuildTool.of(files, root).isPresent();
    }

    /// Builds the project, and answers what to send.
    BuildContext context() {
        var files = new CallerFiles(call.caller());
        Recipe recipe = recipe(files);
        return new BuildContext(Piping.of(out -> Dockerfiles.context(recipe, files, out)), "");
    }

    /// Prints the Dockerfile instead, and what its layers have.
    int print(boolean isJava) {
        if (!isJava) {
            throw call.args().wrong("--print-dockerfile is for a project without a Dockerfile");
        }
        Recipe recipe = recipe(new CallerFiles(call.caller()));
        call.printRaw(Dockerfiles.layers(recipe) + Dockerfiles.text(recipe));
        return 0;
    }

    private Recipe recipe(ProjectFiles files) {
        Caller caller = call.caller();
        String where = call.args().argument(0);
        if (caller.kind(where + "/") != Caller.Kind.DIRECTORY) {
            throw new NotFound("build " + where, "there is no such directory", "name the project's directory");
        }
        String root = root(where, caller);
        JavaSettings settings = JavaSettings.of(file(files, root), call.args().list("java"));
        BuildTool tool = BuildTool.of(files, root)
                .orElseThrow(() -> new NotFound(
                        "build " + where,
                        "there is neither a Dockerfile nor a pom.xml or build.gradle",
                        "name the project's directory, or write a Dockerfile"));
        String module = settings.one("module")
                .map(m -> CleanPath.absolute(root + "/" + m))
                .orElse(root);
        if (!module.equals(root) && !module.startsWith(root + "/")) {
            throw new InvalidArgument(
                    "build " + where, "the module is not inside of it", "name the directory that has all modules");
        }
        if (!settings.isOff("build")) {
            new ProjectBuild(call, run, files, tool, root, settings).build();
        }
        BuildTool.Built built = tool.built(files, module, settings);
        Application app = Application.of(files, built.jar(), built.dependencies(), root, settings);
        var runtimes = new Runtimes(files, new CallerJdk(caller, module), module + "/" + tool.directory());
        return Recipe.of(app, runtimes.of(app, built.jar(), built.dependencies()));
    }

    private static String root(String where, Caller caller) {
        return CleanPath.absolute(caller.absolute(where));
    }

    private static String file(ProjectFiles files, String root) {
        String path = root + "/" + JavaSettings.FILE;
        if (!files.isFile(path)) {
            return "";
        }
        try (InputStream in = files.open(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Unavailable("read " + path, String.valueOf(e.getMessage()), "check the file", e);
        }
    }
}
