package dev.gantry.docker.route;

/// The versions of the Engine API which are spoken here, and how a path names one.
public final class Versions {
    public static final int OLDEST = 24;
    public static final int NEWEST = 50;

    private Versions() {}

    /// A path without its version, and the minor version it named; the newest when it named none.
    public record Versioned(String path, int minor) {}

    public static String newest() {
        return "1." + NEWEST;
    }

    public static String oldest() {
        return "1." + OLDEST;
    }

    public static Versioned split(String path) {
        if (path.length() < 3 || path.charAt(1) != 'v' || !isDigit(path.charAt(2))) {
            return new Versioned(path, NEWEST);
        }
        int slash = path.indexOf('/', 1);
        String version = slash < 0 ? path.substring(2) : path.substring(2, slash);
        String rest = slash < 0 ? "/" : path.substring(slash);
        if (!version.matches("[0-9]{1,4}\\.[0-9]{1,4}")) {
            return new Versioned(path, NEWEST);
        }
        int dot = version.indexOf('.');
        if (isPadded(version.substring(0, dot)) || isPadded(version.substring(dot + 1))) {
            throw DockerError.badParameter("client version " + version + " begins a number with a zero: leave it out");
        }
        int major = Integer.parseInt(version.substring(0, dot));
        int minor = Integer.parseInt(version.substring(dot + 1));
        if (major > 1 || (major == 1 && minor > NEWEST)) {
            throw DockerError.badParameter(
                    "client version " + version + " is too new. Maximum supported API version is " + newest());
        }
        if (major < 1 || minor < OLDEST) {
            throw DockerError.badParameter(
                    "client version " + version + " is too old. Minimum supported API version is " + oldest()
                            + ", please upgrade your client to a newer version");
        }
        return new Versioned(rest, minor);
    }

    /// Each version has one spelling: whoever decides by the text of a path sees no second one.
    private static boolean isPadded(String number) {
        return number.length() > 1 && number.charAt(0) == '0';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
