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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// The program `git` of this host, so that nothing but its arguments says what it does: it has no configuration of a
/// user or of the host, runs no hooks and no helpers, asks nobody, and speaks only the protocols of networks.
final class Git {
    private static final Duration LONGEST = Duration.ofMinutes(30);
    private static final int MOST_OUTPUT = 4 << 20;
    private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(1);
    private static final String SETPRIV = "/usr/bin/setpriv";
    private static final List<String> PLACES = List.of("/usr/bin/git", "/usr/local/bin/git", "/bin/git");

    private final Map<String, String> environment;
    private final Bound bound;

    private Git(Map<String, String> environment, Bound bound) {
        this.environment = environment;
        this.bound = bound;
    }

    /// Throws when what git has written is too much.
    interface Bound {
        void check();
    }

    /// The same, for one directory that it writes to.
    Git within(Bound other) {
        return new Git(environment, other);
    }

    /// The address as git may be told and may write it down: what opens the server is not in it.
    static String plain(String url) {
        return isWeb(url)
                ? Addresses.shown(url)
                : url.replaceFirst("^([a-zA-Z][a-zA-Z0-9+.-]*://[^/?#:@]*):[^/?#@]*@", "$1@");
    }

    private static boolean isWeb(String url) {
        return url.startsWith("http://") || url.startsWith("https://");
    }

    /// Scheme, name and password, and host.
    private static String origin(String url) {
        int path = url.indexOf('/', url.indexOf("://") + 3);
        return path < 0 ? url : url.substring(0, path);
    }

    Map<String, String> environment() {
        return environment;
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
        all.put(
                "GIT_SSH_COMMAND",
                String.join(
                        " ",
                        "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes",
                        // Those of this host's root open nothing for others.
                        "-o IdentitiesOnly=yes -o IdentityFile=none -o IdentityAgent=none"));
        all.put("GIT_LFS_SKIP_SMUDGE", "1");
        List<String> settings = new ArrayList<>();
        if (isWeb(url) && !plain(url).equals(url)) {
            settings.addAll(List.of("url." + origin(url) + "/.insteadOf", origin(plain(url)) + "/"));
        }
        if (isWeb(url) && !token.isEmpty()) {
            String login = Base64.getEncoder().encodeToString(("x-access-token:" + token).getBytes(UTF_8));
            settings.addAll(List.of(
                    "http." + origin(plain(url)) + "/.extraHeader",
                    "Authorization: Basic " + login,
                    // Wherever a server sends us, the header would go along.
                    "http.followRedirects",
                    "false"));
        }
        for (int i = 0; i < settings.size(); i += 2) {
            all.put("GIT_CONFIG_KEY_" + i / 2, settings.get(i));
            all.put("GIT_CONFIG_VALUE_" + i / 2, settings.get(i + 1));
        }
        all.put("GIT_CONFIG_COUNT", Integer.toString(settings.size() / 2));
        return new Git(all, () -> {});
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
        List<String> all = new ArrayList<>();
        if (Files.isExecutable(Path.of(SETPRIV))) {
            all.addAll(List.of(SETPRIV, "--pdeathsig", "KILL"));
        }
        all.addAll(List.of(
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
                "http.lowSpeedLimit=1",
                "-c",
                "http.lowSpeedTime=60",
                "-c",
                "core.autocrlf=false"));
        all.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(all).directory(where.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            Ended ended = ended(what, started(builder));
            bound.check();
            return ended;
        } catch (IOException e) {
            throw new Unavailable(what, "git cannot be run: " + e.getMessage(), "look at this host's git", e);
        }
    }

    /// It ends with the thread that has started it, prctl(2) `PR_SET_PDEATHSIG`: that one is there until it has ended.
    private static Process started(ProcessBuilder builder) throws IOException, InterruptedException {
        var process = new CompletableFuture<Process>();
        Thread.ofPlatform().daemon(true).name("gantry-git").start(() -> {
            try {
                Process started = builder.start();
                process.complete(started);
                started.waitFor();
            } catch (IOException e) {
                process.completeExceptionally(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            return process.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e);
        } catch (InterruptedException e) {
            process.thenAccept(Process::destroyForcibly);
            throw e;
        }
    }

    private static String program(String what) {
        return PLACES.stream()
                .filter(place -> Files.isExecutable(Path.of(place)))
                .findFirst()
                .orElseThrow(() -> new Unsupported(
                        what, "there is no git on this host", "install git, or put the files into the context"));
    }

    private Ended ended(String what, Process process) throws IOException, InterruptedException {
        try {
            process.getOutputStream().close();
            var out = new StringBuilder();
            var err = new StringBuilder();
            Thread reader = Thread.ofVirtual().start(() -> read(process.getErrorStream(), err));
            Thread writer = Thread.ofVirtual().start(() -> read(process.getInputStream(), out));
            long begun = System.nanoTime();
            long pause = BETWEEN_CHECKS.toNanos();
            while (!process.waitFor(pause, TimeUnit.NANOSECONDS)) {
                long before = System.nanoTime();
                if (before - begun > LONGEST.toNanos()) {
                    throw new Unavailable(
                            what, "git took longer than " + LONGEST.toMinutes() + " minutes", "try again");
                }
                bound.check();
                pause = Math.max(BETWEEN_CHECKS.toNanos(), 10 * (System.nanoTime() - before));
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
