package dev.gantry.cli.container;

/// Exit codes of a start that failed, from the engine's words, as the docker client reads them.
final class ExitCodes {
    static final int OURS = 125;
    static final int NOT_EXECUTABLE = 126;
    static final int NOT_FOUND = 127;

    /// 128 and SIGKILL: also what the kernel does when memory runs out.
    static final int KILLED = 137;

    private ExitCodes() {}

    static int ofStart(String message) {
        if (message.contains("executable file not found") || message.contains("no such file or directory")) {
            return NOT_FOUND;
        }
        if (message.contains("permission denied") || message.contains("is a directory")) {
            return NOT_EXECUTABLE;
        }
        return OURS;
    }
}
