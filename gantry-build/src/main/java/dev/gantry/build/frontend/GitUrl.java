package dev.gantry.build.frontend;

import dev.gantry.base.InvalidArgument;
import dev.gantry.build.graph.Op;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A git repository as the source of files: `https://host/path.git#ref:directory`, `git@host:path.git`, or with what is
/// wanted in its query.
///
/// @param url without fragment and without those parts of the query that are read here
/// @param ref a branch, a tag or a commit; empty: the head of the repository
/// @param checksum how the commit begins; empty: any
public record GitUrl(
        String url, String ref, String directory, String checksum, boolean keepGitDirectory, boolean submodules) {
    private static final Pattern SCP =
            Pattern.compile("[a-zA-Z0-9-_.]+@[a-zA-Z0-9-.]+:[^/].*|[a-zA-Z0-9-_.]+@[a-zA-Z0-9-.]+:/[^/].*");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final List<String> KEYS = List.of(
            "ref", "tag", "branch", "subdir", "checksum", "commit", "keep-git-dir", "submodules", "fetch-by-commit");

    /// Empty when the text names no repository.
    public static Optional<GitUrl> read(String text) {
        int hash = text.indexOf('#');
        String before = hash < 0 ? text : text.substring(0, hash);
        String fragment = hash < 0 ? "" : text.substring(hash + 1);
        int mark = before.indexOf('?');
        String place = mark < 0 ? before : before.substring(0, mark);
        boolean http = place.startsWith("http://") || place.startsWith("https://");
        boolean git = place.startsWith("git://")
                || place.startsWith("ssh://")
                || http && (place.endsWith(".git") || place.endsWith(".git/"))
                || !place.contains("://") && SCP.matcher(place).matches();
        if (!git) {
            return Optional.empty();
        }
        List<String> rest = new ArrayList<>();
        Map<String, String> asked = new TreeMap<>();
        for (String part : mark < 0 ? new String[0] : before.substring(mark + 1).split("&", -1)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals);
            if (!KEYS.contains(key)) {
                rest.add(part);
            } else if (asked.put(key, equals < 0 ? "true" : decoded(part.substring(equals + 1))) != null) {
                throw wrong(text, key + " is there twice", "keep one of them");
            }
        }
        String url = place + (rest.isEmpty() ? "" : "?" + String.join("&", rest));
        return Optional.of(of(text, url, fragment, asked));
    }

    private static GitUrl of(String text, String url, String fragment, Map<String, String> asked) {
        int colon = fragment.indexOf(':');
        String ref = colon < 0 ? fragment : fragment.substring(0, colon);
        String directory = colon < 0 ? "" : fragment.substring(colon + 1);
        String askedRef = one(text, asked, "ref", "tag", "branch");
        String askedDirectory = asked.getOrDefault("subdir", "");
        if (!fragment.isEmpty() && !(askedRef.isEmpty() && askedDirectory.isEmpty())) {
            throw wrong(text, "it says ref or subdir in its query, and has a fragment", "use one of the two forms");
        }
        String checksum = one(text, asked, "checksum", "commit");
        if (!checksum.isEmpty() && !checksum.matches("[0-9a-f]{1,64}")) {
            throw wrong(text, "\"" + checksum + "\" is no beginning of a commit", "write its hex digits");
        }
        String wanted = askedRef.isEmpty() ? ref : askedRef;
        if (asked.containsKey("tag")) {
            wanted = "refs/tags/" + askedRef;
        } else if (asked.containsKey("branch")) {
            wanted = "refs/heads/" + askedRef;
        }
        if (truth(text, asked, "fetch-by-commit", false)) {
            if (!COMMIT.matcher(checksum).matches()) {
                throw wrong(text, "fetch-by-commit needs all digits of a commit", "add checksum= with them");
            }
            wanted = checksum;
        }
        return new GitUrl(
                url,
                wanted,
                askedDirectory.isEmpty() ? directory : askedDirectory,
                checksum,
                truth(text, asked, "keep-git-dir", false),
                truth(text, asked, "submodules", true));
    }

    /// The vertex's work.
    public Op source(boolean keepGit) {
        return new Op.GitSource(url, ref, directory, checksum, keepGit, submodules);
    }

    GitUrl checksum(String other) {
        return other.isEmpty() ? this : new GitUrl(url, ref, directory, other, keepGitDirectory, submodules);
    }

    private static String one(String text, Map<String, String> asked, String... keys) {
        List<String> values = new ArrayList<>();
        for (String key : keys) {
            Optional.ofNullable(asked.get(key)).ifPresent(values::add);
        }
        if (values.size() > 1) {
            throw wrong(text, "it has more than one of " + String.join(", ", keys), "keep one of them");
        }
        return values.isEmpty() ? "" : values.getFirst();
    }

    private static boolean truth(String text, Map<String, String> asked, String key, boolean byDefault) {
        return switch (asked.getOrDefault(key, byDefault ? "true" : "false")) {
            case "1", "true", "" -> true;
            case "0", "false" -> false;
            case String other -> throw wrong(text, key + "=" + other + " is neither true nor false", "write true");
        };
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("read " + text, "it is not encoded as in a URL", "write %25 for a %", e);
        }
    }

    /// An address without the name and the password that it may carry: what shows it is read by others.
    public static String shown(String address) {
        return address.replaceFirst("^([a-zA-Z][a-zA-Z0-9+.-]*://)?[^/?#]*@", "$1");
    }

    private static InvalidArgument wrong(String text, String why, String todo) {
        return new InvalidArgument("read the repository " + shown(text), why, todo);
    }
}
