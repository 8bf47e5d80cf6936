package dev.gantry.embedded;

import dev.gantry.base.Digest;
import dev.gantry.base.Internal;
import dev.gantry.runtime.oci.CgroupTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/// The native program, which travels in a jar and must be a file. Its name says what is in it, so that another
/// version, which may still run, is not written over.
final class Shim {
    private Shim() {}

    static Path in(Path home) {
        String given = System.getProperty("gantry.shim", "");
        if (!given.isEmpty()) {
            return Path.of(given);
        }
        try (InputStream in = CgroupTree.class.getResourceAsStream("/dev/gantry/runtime/gantry-shim")) {
            if (in == null) {
                throw new IOException("gantry-runtime was built without it");
            }
            byte[] program = in.readAllBytes();
            Path file = Files.createDirectories(home)
                    .resolve("gantry-shim-" + Digest.sha256Of(program).shortHex());
            if (!Files.isExecutable(file)) {
                Path beside = Files.createTempFile(
                        home,
                        "shim",
                        "",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                Files.write(beside, program);
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return file;
        } catch (IOException e) {
            throw new Internal(
                    "unpack gantry-shim below " + home,
                    String.valueOf(e.getMessage()),
                    "choose a root that can be written, or name the program with -Dgantry.shim",
                    e);
        }
    }
}
