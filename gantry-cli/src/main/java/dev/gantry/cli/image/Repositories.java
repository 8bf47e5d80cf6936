package dev.gantry.cli.image;

/// The parts of a name, for commands of containers.
public final class Repositories {
    private Repositories() {}

    public static String repository(String name) {
        return name.isEmpty() ? "" : Name.of(name).repository();
    }

    /// Empty when there is none.
    public static String tag(String name) {
        return name.isEmpty() ? "" : Name.of(name).reference();
    }
}
