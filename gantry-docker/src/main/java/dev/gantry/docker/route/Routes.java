package dev.gantry.docker.route;

import dev.gantry.docker.ApiResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The table of routes. A pattern is a path, or a path with a `{name}` in it, which stands for a part without
/// slashes, or `{name...}`, which may hold some, as names of images do. A second `{name}` may end it, and is passed
/// over.
public final class Routes {
    private final Map<String, Answer> exact = new HashMap<>();
    private final Map<String, List<Pattern>> byStart = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    /// Answers a call; blocks as long as that takes.
    @FunctionalInterface
    public interface Answer {
        ApiResponse to(Call call);
    }

    /// What a request has found. `route` is the method and the pattern.
    public record Match(Answer answer, String subject, String route) {}

    private record Pattern(String prefix, String suffix, boolean greedy, boolean tail, Answer answer, String route) {
        /// The end of what is compared with the suffix: without the last part where that may be any.
        private String compared(String path) {
            return tail && !path.endsWith("/") ? path.substring(0, path.lastIndexOf('/') + 1) : path;
        }

        boolean matches(String whole) {
            String path = compared(whole);
            int end = path.length() - suffix.length();
            return end > prefix.length()
                    && path.startsWith(prefix)
                    && path.endsWith(suffix)
                    && (greedy || path.substring(prefix.length(), end).indexOf('/') < 0);
        }

        String subject(String whole) {
            String path = compared(whole);
            return path.substring(prefix.length(), path.length() - suffix.length());
        }
    }

    public Routes add(String method, String pattern, Answer answer) {
        names.add(method + " " + pattern);
        int open = pattern.indexOf('{');
        if (open < 0) {
            exact.put(method + " " + pattern, answer);
            return this;
        }
        int close = pattern.indexOf('}');
        boolean greedy = pattern.substring(open, close).endsWith("...");
        String suffix = pattern.substring(close + 1);
        boolean tail = suffix.endsWith("}");
        byStart.computeIfAbsent(start(method, pattern), _ -> new ArrayList<>())
                .add(new Pattern(
                        pattern.substring(0, open),
                        tail ? suffix.substring(0, suffix.indexOf('{')) : suffix,
                        greedy,
                        tail,
                        answer,
                        method + " " + pattern));
        return this;
    }

    public Match find(String method, String path) {
        Answer answer = exact.get(method + " " + path);
        if (answer != null) {
            return new Match(answer, "", method + " " + path);
        }
        for (Pattern p : byStart.getOrDefault(start(method, path), List.of())) {
            if (p.matches(path)) {
                return new Match(p.answer(), p.subject(path), p.route());
            }
        }
        throw new DockerError(404, "page not found");
    }

    /// All routes as `METHOD pattern`, in the order they were added.
    public List<String> names() {
        return List.copyOf(names);
    }

    private static String start(String method, String path) {
        int slash = path.indexOf('/', 1);
        return method + (slash < 0 ? path : path.substring(0, slash));
    }
}
