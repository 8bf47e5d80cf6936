package dev.gantry.build.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The program `git` of this host, so that nothing but its arguments says what it does: it has no configuration of a
/// user or of the host, runs no hooks and no helpers, asks nobody, and speaks only the protocols of networks.
final class Git {
    private static final Duration LONGEST = Duration.ofMinutes(30);
    private static final int MOST_OUTPUT = 4 << 20;
    private static final List<String> PLACES = List.of("/usr/bin/git", "/usr/local/bin/git", "/bin/git");

    private final Map<String, String> environment;

    private Git(Map<String, String> environment) {
        this.environment = environment;
    }

    /// @param token for this one server, or empty; it is in no argument, and sent to nobody else
    static Git forServer(String url, String token) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        all.put("HOME", "/dev/null");
        all.put("LC_ALL", "C");
        all.put("GIT_CONFIG_NOSYSTEM", "1");
        all.put("GIT_CONFIG_GLOBAL", "/dev/null");
        all.put("GIT_TERMINAL_PROMPT", "0");
        all.put("GIT_ASKPASS", "/bin/false");
        all.put("SSH_ASKPASS", "/bin/false");
        all.put("GIT_ALLOW_PROTOCOL", "http:https:git:ssh");
        all.put("GIT_SSH_COMMAND", "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes");
        all.put("GIT_LFS_SKIP_SMUDGE", "1");
        if (!token.isEmpty() && (url.startsWith("http://") || url.startsWith("https://"))) {
            int path = url.indexOf('/', url.indexOf("://") + 3);
            String origin = path < 0 ? url : url.substring(0, path);
            String login = Base64.getEncoder().encodeToString(("x-access-token:" + token).getBytes(UTF_8));
            all.put("GIT_CONFIG_COUNT", "1");
            all.put("GIT_CONFIG_KEY_0", "http." + origin + "/.extraHeader");
            all.put("GIT_CONFIG_VALUE_0", "Authorization: Basic " + login);
        }
        return new Git(all);
    }

    /// What it has ended with, and what it has written.
    record Ended(int code, String out, String err) {}

    /// Runs it to its end; what it was asked to do is `what`, for errors.
    String run(String what, Path where, String... arguments) throws InterruptedException {
        Ended ended = ask(what, where, arguments);
        if (ended.code() != 0) {
            throw failed(what, ended);
        }
        return ended.out();
    }

    static Unavailable failed(String what, Ended ended) {
        // The first of them is the cause, and others follow from it.
        String why = ended.err()
                .lines()
                .filter(l -> l.startsWith("fatal: ") || l.startsWith("error: "))
                .findFirst()
                .map(l -> l.substring("fatal: ".length()))
                .map(l -> l.replaceAll("\\p{Cntrl}", " ").replaceAll("://[^/@ ]*@", "://"))
                .orElse("git ended with code " + ended.code());
        return new Unavailable(what, why, "check its address and that it may be read");
    }

    /// The same, whatever it ends with.
    Ended ask(String what, Path where, String... arguments) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(
                program(what),
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.fsmonitor=false",
                "-c",
                "credential.helper=",
                "-c",
                "advice.detachedHead=false",
                "-c",
                "init.defaultBranch=main",
                "-c",
                "gc.auto=0",
                "-c",
                "core.autocrlf=false"));
        all.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(all).directory(where.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return ended(what, builder.start());
        } catch (IOException e) {
            throw new Unavailable(what, "git cannot be run: " + e.getMessage(), "look at this host's git", e);
        }
    }

    private static String program(String what) {
        return PLACES.stream()
                .filter(place -> Files.isExecutable(Path.of(place)))
                .findFirst()
                .orElseThrow(() -> new Unsupported(
                        what, "there is no git on this host", "install git, or put the files into the context"));
    }

    private static Ended ended(String what, Process process) throws IOException, InterruptedException {
        try {
            process.getOutputStream().close();
            var out = new StringBuilder();
            var err = new StringBuilder();
            Thread reader = Thread.ofVirtual().start(() -> read(process.getErrorStream(), err));
            Thread writer = Thread.ofVirtual().start(() -> read(process.getInputStream(), out));
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                throw new Unavailable(what, "git took longer than " + LONGEST.toMinutes() + " minutes", "try again");
            }
            reader.join();
            writer.join();
            return new Ended(process.exitValue(), out.toString(), err.toString());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /// Of what is more than that, nothing is kept.
    private static void read(InputStream in, StringBuilder into) {
        byte[] buffer = new byte[8 << 10];
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (into.length() < MOST_OUTPUT) {
                    into.append(new String(buffer, 0, n, UTF_8));
                }
            }
        } catch (IOException _) {
            // It was ended.
        }
    }
}
