package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import java.util.List;

/// The rules of a [ContainerSpec] that go beyond types. What needs the host or the image is refused later, by the plan.
final class SpecCheck {
    private static final long LEAST_MEMORY = 6L << 20;

    private SpecCheck() {}

    static void check(String image, ContainerSpec.Command command, String hostname, Resources r) {
        if (image.isEmpty()) {
            throw refuse("an image", "none was named", "name an image such as debian or dir:/");
        }
        noNul(command.entrypoint());
        noNul(command.args());
        noNul(command.env());
        for (String variable : command.env()) {
            if (variable.isEmpty() || variable.startsWith("=")) {
                throw refuse("environment " + variable, "it has no name", "write NAME=value");
            }
        }
        if (!command.workingDir().isEmpty() && !command.workingDir().startsWith("/")) {
            throw refuse(
                    "working directory " + command.workingDir(),
                    "it is invalid, it needs to be an absolute path",
                    "begin it with a slash");
        }
        if (hostname.length() > 63 || !hostname.matches("([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?")) {
            throw refuse(
                    "host name " + hostname,
                    "it is not 1 to 63 letters, digits, dots and dashes",
                    "choose a shorter or plainer one");
        }
        checkResources(r);
    }

    private static void checkResources(Resources r) {
        if (r.memoryBytes() < 0 || (r.memoryBytes() > 0 && r.memoryBytes() < LEAST_MEMORY)) {
            throw refuse("memory limit " + r.memoryBytes(), "Minimum memory limit allowed is 6MB", "ask for more");
        }
        if (r.memorySwapBytes() < -1 || (r.memorySwapBytes() > 0 && r.memorySwapBytes() < r.memoryBytes())) {
            throw refuse(
                    "memory and swap limit " + r.memorySwapBytes(),
                    "Minimum memoryswap limit should be larger than memory limit, since it holds both",
                    "raise it, or use -1 for swap without limit");
        }
        if (r.memorySwapBytes() > 0 && r.memoryBytes() == 0) {
            throw refuse(
                    "memory and swap limit " + r.memorySwapBytes(),
                    "there is no memory limit to go with it",
                    "set a memory limit too");
        }
        if (r.cpuNanos() < 0 || r.cpuShares() < 0 || r.cpuQuotaMicros() < -1 || r.cpuPeriodMicros() < 0) {
            throw refuse("processor limits", "a number is negative", "use positive ones");
        }
        if (r.cpuNanos() > 0 && (r.cpuQuotaMicros() != 0 || r.cpuPeriodMicros() != 0)) {
            throw refuse(
                    "processor limits", "--cpus is the same limit as a quota and its period", "use one or the other");
        }
        int processors = Runtime.getRuntime().availableProcessors();
        if (r.cpuNanos() > processors * 1_000_000_000L) {
            throw refuse(
                    "processor limit " + r.cpuNanos() / 1e9,
                    "range of CPUs is from 0.01 to " + processors + ".00, as there are only " + processors
                            + " CPUs available",
                    "ask for fewer");
        }
        if (r.cpuNanos() > 0 && r.cpuNanos() < 10_000_000) {
            throw refuse("processor limit", "the least is 0.01", "ask for more");
        }
        if (r.pidsLimit() < -1) {
            throw refuse("limit of processes " + r.pidsLimit(), "it is negative", "use -1 for none");
        }
        if (r.oomScoreAdj() < -1000 || r.oomScoreAdj() > 1000) {
            throw refuse("oom score " + r.oomScoreAdj(), "it is not in -1000 to 1000", "choose one in this range");
        }
    }

    static void noNul(List<String> words) {
        for (String w : words) {
            if (w.indexOf('\0') >= 0) {
                throw refuse("a word", "it holds a NUL character", "take it out");
            }
        }
    }

    static InvalidArgument refuse(String what, String why, String todo) {
        return new InvalidArgument("create a container with " + what, why, todo);
    }
}
