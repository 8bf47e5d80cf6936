package dev.gantry.build.output;

import dev.gantry.base.Reference;
import dev.gantry.base.Unsupported;
import dev.gantry.images.archive.ArchiveForm;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/// What is wanted of a build that is one stream of bytes.
public enum Output {
    /// All files.
    TAR {
        @Override
        public void write(Made made, List<Reference.Tagged> names, OutputStream out) {
            made.tar(out);
        }
    },
    /// An image as `docker load` reads it.
    DOCKER {
        @Override
        public void write(Made made, List<Reference.Tagged> names, OutputStream out) {
            made.archive(names, ArchiveForm.DOCKER, out);
        }
    },
    /// An image as an OCI layout.
    OCI {
        @Override
        public void write(Made made, List<Reference.Tagged> names, OutputStream out) {
            made.archive(names, ArchiveForm.OCI, out);
        }
    };

    public abstract void write(Made made, List<Reference.Tagged> names, OutputStream out);

    /// By its name and attributes as clients of BuildKit write them; what is not understood is refused.
    public static Output of(String type, Map<String, String> attributes) {
        attributes.forEach((name, value) -> {
            if (!name.equals("tar") || !value.equals("true")) {
                throw new Unsupported(
                        "build with the output attribute " + name + "=" + value,
                        "archives of builds are written in one way only",
                        "leave it out");
            }
        });
        return switch (type) {
            case "tar" -> TAR;
            case "docker" -> DOCKER;
            case "oci" -> OCI;
            default ->
                throw new Unsupported(
                        "build the output " + type, "there are image, tar, local, docker and oci", "name one of these");
        };
    }
}
