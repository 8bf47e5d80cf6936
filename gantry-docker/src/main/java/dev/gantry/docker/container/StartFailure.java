package dev.gantry.docker.container;

import dev.gantry.base.GantryException;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.LaunchFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The words of a start that failed. Clients derive the exit code from them: 127 from "executable file not found" and
/// "no such file or directory", 126 from "permission denied" and "is a directory". So only a failure of the program
/// itself or of its working directory may contain these.
final class StartFailure {
    private static final String START =
            "failed to create task for container: OCI runtime create failed: unable to start container process: ";
    private static final String EXEC = "OCI runtime exec failed: exec failed: unable to start container process: ";

    private StartFailure() {}

    static RuntimeException ofStart(GantryException e, List<String> argv, String workingDir) {
        return translate(START, e, argv, workingDir);
    }

    static RuntimeException ofExec(GantryException e, List<String> argv, String workingDir) {
        return translate(EXEC, e, argv, workingDir);
    }

    private static RuntimeException translate(String prefix, GantryException e, List<String> argv, String workingDir) {
        LaunchFailure launch = launchFailure(e);
        if (launch == null || launch.stage() == LaunchFailure.Stage.SETUP) {
            return e;
        }
        return new DockerError(400, prefix + words(launch, argv, workingDir), e);
    }

    private static String words(LaunchFailure launch, List<String> argv, String workingDir) {
        String program = argv.isEmpty() ? "" : argv.getFirst();
        if (launch.stage() == LaunchFailure.Stage.CHDIR) {
            return "chdir to cwd (\"" + workingDir + "\") set in config.json failed: " + reason(launch.errno());
        }
        String exec = "exec: \"" + program + "\": ";
        if (!launch.errno().equals("ENOENT")) {
            return exec + reason(launch.errno());
        }
        return program.indexOf('/') < 0
                ? exec + "executable file not found in $PATH"
                : exec + "stat " + program + ": no such file or directory";
    }

    private static String reason(String errno) {
        return switch (errno) {
            case "ENOENT" -> "no such file or directory";
            case "EACCES", "EPERM" -> "permission denied";
            case "EISDIR" -> "is a directory";
            case "ENOTDIR" -> "not a directory";
            case "ENOEXEC" -> "exec format error";
            case "E2BIG" -> "argument list too long";
            case "ELOOP" -> "too many levels of symbolic links";
            case "ETXTBSY" -> "text file busy";
            default -> errno;
        };
    }

    private static @Nullable LaunchFailure launchFailure(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof LaunchFailure launch) {
                return launch;
            }
        }
        return null;
    }
}
