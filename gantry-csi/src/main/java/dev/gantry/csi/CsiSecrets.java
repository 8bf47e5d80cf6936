package dev.gantry.csi;

import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import io.avaje.jsonb.Jsonb;
import io.avaje.jsonb.Types;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

/// Secrets are read when they are needed, from a file that only its owner may read, and are in no message and no store
/// of ours.
final class CsiSecrets {
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private CsiSecrets() {}

    static Map<String, String> read(String file) {
        if (file.isEmpty()) {
            return Map.of();
        }
        String what = "read the secrets in " + file;
        Path path = Path.of(file);
        try {
            if (Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains)) {
                throw new Forbidden(what, "others than its owner may read or write it", "chmod 600 " + file);
            }
            Map<String, String> secrets = Jsonb.instance()
                    .<Map<String, String>>type(Types.mapOf(String.class))
                    .fromJson(Files.readString(path));
            return secrets == null ? Map.of() : secrets;
        } catch (IOException e) {
            throw new InvalidArgument(what, e.getClass().getSimpleName(), "make the file, or correct its name", e);
        } catch (RuntimeException e) {
            if (e instanceof Forbidden) {
                throw e;
            }
            // Without the cause, whose words show a part of the file.
            throw new InvalidArgument(what, "it is no JSON object of texts", "correct the file");
        }
    }
}
