package dev.gantry.docker.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.Containers;
import java.util.regex.Pattern;

/// A name that a container is to have, with or without a slash before it.
final class NewName {
    private static final Pattern NAME = Pattern.compile("/?[a-zA-Z0-9][a-zA-Z0-9_.-]+");

    private NewName() {}

    static boolean fits(String name) {
        return NAME.matcher(name).matches();
    }

    static String plain(String name) {
        return name.startsWith("/") ? name.substring(1) : name;
    }

    /// What is said when another has it.
    static RuntimeException taken(Containers containers, String name, Conflict e) {
        try {
            String holder = containers.find(name).id().hex();
            return new DockerError(
                    409,
                    "Conflict. The container name \"/" + name + "\" is already in use by container \"" + holder
                            + "\". You have to remove (or rename) that container to be able to reuse that name.",
                    e);
        } catch (NotFound | InvalidArgument gone) {
            return e;
        }
    }
}
