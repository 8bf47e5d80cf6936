package dev.gantry.base;

import java.util.regex.Pattern;

/// Where images of one name live: `docker.io/library/debian` is domain `docker.io` and path `library/debian`.
/// The grammar of the path is that of distribution-spec 1.1 §Pulling manifests "name"; the defaults are Docker's:
/// no domain means `docker.io`, and a single word there is below `library/`.
public record Repository(String domain, String path) {
    public static final String DEFAULT_DOMAIN = "docker.io";
    private static final String OLD_DEFAULT_DOMAIN = "index.docker.io";
    private static final String OFFICIAL = "library/";
    private static final int MAX_LENGTH = 255;

    private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
    private static final Pattern DOMAIN =
            Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[a-fA-F0-9:]+])(?::[0-9]{1,5})?");
    private static final Pattern COMPONENT = Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*");
    private static final Pattern HEX_ID = Pattern.compile("[a-f0-9]{64}");

    public Repository {
        if (!DOMAIN.matcher(domain).matches()) {
            throw malformed(domain + "/" + path, "the registry part \"" + domain + "\" is not a host with a port");
        }
        for (String component : path.split("/", -1)) {
            checkComponent(domain, path, component);
        }
        if (domain.length() + 1 + path.length() > MAX_LENGTH) {
            throw malformed(domain + "/" + path, "the name is longer than " + MAX_LENGTH + " characters");
        }
    }

    /// Reads a name without tag and digest, as a user writes it: `debian`, `localhost:5000/app`.
    public static Repository parse(String text) {
        int slash = text.indexOf('/');
        String first = slash < 0 ? "" : text.substring(0, slash);
        if (first.isEmpty() || !looksLikeDomain(first)) {
            if (HEX_ID.matcher(text).matches()) {
                throw malformed(text, "64 hex digits are an image id, not a name");
            }
            return of(DEFAULT_DOMAIN, text);
        }
        return of(first.equals(OLD_DEFAULT_DOMAIN) ? DEFAULT_DOMAIN : first, text.substring(slash + 1));
    }

    /// The short form that listings show and that [#parse] reads back: `debian` for `docker.io/library/debian`.
    public String familiar() {
        if (!domain.equals(DEFAULT_DOMAIN)) {
            return toString();
        }
        boolean official = path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0;
        String text = official ? path.substring(OFFICIAL.length()) : path;
        int slash = text.indexOf('/');
        boolean ambiguous = slash >= 0
                ? looksLikeDomain(text.substring(0, slash))
                : HEX_ID.matcher(text).matches();
        return ambiguous ? toString() : text;
    }

    @Override
    public String toString() {
        return domain + "/" + path;
    }

    private static Repository of(String domain, String path) {
        boolean single = domain.equals(DEFAULT_DOMAIN) && path.indexOf('/') < 0;
        return new Repository(domain, single ? OFFICIAL + path : path);
    }

    private static boolean looksLikeDomain(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || first.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
    }

    private static void checkComponent(String domain, String path, String component) {
        if (COMPONENT.matcher(component).matches()) {
            return;
        }
        boolean caseOnly =
                COMPONENT.matcher(component.toLowerCase(java.util.Locale.ROOT)).matches();
        throw malformed(
                domain + "/" + path,
                caseOnly
                        ? "repository name (" + path + ") must be lowercase"
                        : "\"" + component + "\" is not lower-case letters, digits and single . _ - between them");
    }

    static InvalidArgument malformed(String text, String detail) {
        return new InvalidArgument(
                "read reference " + text,
                "invalid reference format: " + detail,
                "write it as [registry/]name[:tag][@digest]");
    }
}
