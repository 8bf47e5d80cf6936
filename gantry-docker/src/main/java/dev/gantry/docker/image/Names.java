package dev.gantry.docker.image;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;

/// Names of images as messages show them.
public final class Names {
    private Names() {}

    /// `busybox` becomes `busybox:latest`, an id or a directory stays what it is.
    public static String familiar(String userReference) {
        if (userReference.startsWith("dir:") || userReference.startsWith("sha256:")) {
            return userReference;
        }
        try {
            return Reference.parse(userReference).familiar();
        } catch (InvalidArgument e) {
            return userReference;
        }
    }
}
