package dev.gantry.cli.image;

/// A name of an image as its user wrote it, taken apart: `host:5000/a/b:tag` or `…@sha256:…`. The engine checks it.
///
/// @param reference a tag or a digest, or empty text
record Name(String repository, String reference) {
    static Name of(String text) {
        int at = text.indexOf('@');
        if (at >= 0) {
            return new Name(withoutTag(text.substring(0, at)), text.substring(at + 1));
        }
        int colon = text.lastIndexOf(':');
        if (colon > text.lastIndexOf('/')) {
            return new Name(text.substring(0, colon), text.substring(colon + 1));
        }
        return new Name(text, "");
    }

    /// The registry's host; Docker Hub for a name without one.
    String registry() {
        int slash = repository.indexOf('/');
        String first = slash < 0 ? "" : repository.substring(0, slash);
        boolean host = first.contains(".") || first.contains(":") || first.equals("localhost");
        return host ? first : "docker.io";
    }

    private static String withoutTag(String text) {
        int colon = text.lastIndexOf(':');
        return colon > text.lastIndexOf('/') ? text.substring(0, colon) : text;
    }
}
