package dev.gantry.base;

/// An operating system and architecture such as `linux/amd64` or `linux/arm64/v8`; `variant` is empty when there is
/// none.
/// OCI image-spec 1.1 §image-index "platform".
public record Platform(String os, String architecture, String variant) {

    /// The platform this process runs on.
    public static Platform host() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> new Platform("linux", "amd64", "");
            case "aarch64" -> new Platform("linux", "arm64", "v8");
            case String other -> new Platform("linux", other, "");
        };
    }

    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new InvalidArgument(
                    "read platform " + text, "expected os/architecture[/variant]", "write for example linux/amd64");
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
