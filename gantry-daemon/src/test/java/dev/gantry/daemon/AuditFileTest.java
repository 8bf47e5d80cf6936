package dev.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.docker.guard.AuditLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileTest {
    private static final AuditLog.Entry ENTRY = new AuditLog.Entry(
            Instant.parse("2026-01-02T03:04:05Z"), "uid:1 gid:2 pid:3", "POST /containers/{id}/start", "a\"b\n", 204);

    @TempDir
    Path dir;

    @Test
    void eachEntryIsALineOfJsonThatOnlyTheOwnerReads() throws IOException {
        Path file = dir.resolve("audit.log");
        try (AuditFile audit = AuditFile.open(file, 1 << 20)) {
            audit.tell(ENTRY);
        }
        try (AuditFile audit = AuditFile.open(file, 1 << 20)) {
            audit.tell(ENTRY);
        }
        String line = "{\"time\":\"2026-01-02T03:04:05Z\",\"caller\":\"uid:1 gid:2 pid:3\","
                + "\"operation\":\"POST /containers/{id}/start\",\"object\":\"a\\\"b\\n\",\"outcome\":204}";
        assertThat(Files.readAllLines(file)).containsExactly(line, line);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void itIsBounded() throws IOException {
        Path file = dir.resolve("audit.log");
        try (AuditFile audit = AuditFile.open(file, 400)) {
            for (int i = 0; i < 50; i++) {
                audit.tell(ENTRY);
            }
        }
        try (var all = Files.list(dir)) {
            assertThat(all.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("audit.log", "audit.log.1", "audit.log.2", "audit.log.3", "audit.log.4");
        }
        assertThat(Files.size(dir.resolve("audit.log.4"))).isLessThanOrEqualTo(400);
    }

    @Test
    void whatCouldNotBeWrittenIsToldWhenItCanBeAgain() throws IOException {
        Path file = dir.resolve("audit.log");
        try (AuditFile audit = AuditFile.open(file, 200)) {
            audit.tell(ENTRY);
            // In the way of the next file.
            Files.createDirectories(dir.resolve("audit.log.4/x"));
            Files.createFile(dir.resolve("audit.log.3"));
            audit.tell(ENTRY);
            audit.tell(ENTRY);
            Files.delete(dir.resolve("audit.log.3"));
            audit.tell(ENTRY);
        }
        String all = Files.readString(dir.resolve("audit.log.1")) + Files.readString(file);
        assertThat(all).contains("\"lost\":2");
    }

    @Test
    void rulesThatOthersMayWriteOrThatSayNothingAreRefused() throws IOException {
        Path file = Files.writeString(dir.resolve("rules"), "{\"rules\":[],\"otherwise\":[\"read-only\"]}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(AccessFiles.read(file).active()).isTrue();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThatThrownBy(() -> AccessFiles.read(file)).isInstanceOf(Forbidden.class);
        assertThatThrownBy(() -> AccessFiles.read(dir.resolve("nosuch"))).isInstanceOf(InvalidArgument.class);
    }
}
