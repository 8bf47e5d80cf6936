package dev.gantry.images.snapshot;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.util.List;

/// Where an overlay keeps its marks: in `trusted.*` attributes, which need a capability in the first user
/// namespace, or in `user.*` ones, which a mount with `userxattr` understands.
public enum OverlayFlavor {
    TRUSTED("trusted.overlay.", List.of("index=off", "redirect_dir=off", "metacopy=off")),
    USER("user.overlay.", List.of("userxattr", "index=off"));

    private final String prefix;
    private final List<String> mountOptions;

    OverlayFlavor(String prefix, List<String> mountOptions) {
        this.prefix = prefix;
        this.mountOptions = mountOptions;
    }

    /// The attribute that says that a directory hides the one below it: `y`.
    public String opaqueXattr() {
        return prefix + "opaque";
    }

    /// Indexes, redirects and metadata-only copies stay off: they would let an upper directory mean
    /// something only together with its lower ones, and it could not be made a layer.
    public List<String> mountOptions() {
        return mountOptions;
    }

    /// The one whose options a root is mounted with.
    public static OverlayFlavor of(RootFs root) {
        return root.options().contains("userxattr") ? USER : TRUSTED;
    }

    /// Asks by doing: whether this process may set a trusted attribute on a directory of its own.
    static OverlayFlavor probe(Linux linux, Fd parent, String directory) {
        try {
            linux.attributes().setXattr(parent, directory, "trusted.gantry.probe", new byte[] {'y'});
            linux.attributes().removeXattr(parent, directory, "trusted.gantry.probe");
            return TRUSTED;
        } catch (LinuxError e) {
            if (e.is(Errno.EPERM, Errno.EACCES, Errno.EOPNOTSUPP)) {
                return USER;
            }
            throw e;
        }
    }
}
