package dev.gantry.daemon;

import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.daemon.config.Settings;
import dev.gantry.docker.access.AccessRules;
import dev.gantry.docker.guard.AuditLog;
import dev.gantry.docker.guard.Control;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/// The files of `--access-rules` and `--audit-log`. docs/access.md.
final class AccessFiles implements AutoCloseable {
    private static final long LARGEST = 1 << 20;
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private static final long AUDIT_BYTES = 16 << 20;

    private final AccessRules rules;
    private final Optional<AuditFile> audit;

    private AccessFiles(AccessRules rules, Optional<AuditFile> audit) {
        this.rules = rules;
        this.audit = audit;
    }

    /// A file that cannot be read, or is not understood, keeps the daemon from starting: it must not be less strict
    /// than whoever wrote it believes.
    static AccessFiles open(Settings settings) {
        AccessRules rules = rules(settings);
        return new AccessFiles(rules, settings.path("audit-log").map(file -> AuditFile.open(file, AUDIT_BYTES)));
    }

    static AccessRules rules(Settings settings) {
        return settings.path("access-rules").map(AccessFiles::read).orElse(AccessRules.NONE);
    }

    Control control() {
        return new Control(rules, audit.map(file -> (AuditLog) file));
    }

    @Override
    public void close() {
        audit.ifPresent(AuditFile::close);
    }

    static AccessRules read(Path file) {
        try {
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS_WRITE::contains)) {
                throw new Forbidden(
                        "read the access rules in " + file,
                        "others than its owner may write it",
                        "take that right away: chmod go-w " + file);
            }
            if (Files.size(file) > LARGEST) {
                throw new InvalidArgument(
                        "read the access rules in " + file, "it is larger than 1 MiB", "write fewer rules");
            }
            return AccessRules.parse(Files.readString(file));
        } catch (IOException e) {
            throw new InvalidArgument(
                    "read the access rules in " + file,
                    String.valueOf(e),
                    "name a file of text that the daemon can read",
                    e);
        }
    }
}
