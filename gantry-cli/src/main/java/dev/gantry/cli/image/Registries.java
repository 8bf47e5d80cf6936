package dev.gantry.cli.image;

/// Names of registries, as logins have them.
final class Registries {
    static final String HUB = "https://index.docker.io/v1/";

    private Registries() {}

    /// The key of its login: the host, or the old address of the registry that needs no name.
    static String key(String server) {
        String host = server.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
        return host.isEmpty() || host.equals("docker.io") || host.equals("index.docker.io") ? HUB : host;
    }
}
