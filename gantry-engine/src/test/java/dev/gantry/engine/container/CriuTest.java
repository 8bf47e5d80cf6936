package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriuTest {
    @TempDir
    Path dir;

    @Test
    void theFirstErrorIsTheReason() {
        assertThat(Criu.firstError("""
                (00.01) Error (criu/util.c:1): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
                (00.02) Warn  (criu/x.c:1): odd
                (00.03) Error (criu/sk-inet.c:2): inet: Connected TCP socket
                (00.04) Error (criu/cr-dump.c:3): Dumping FAILED.
                """)).isEqualTo("Error (criu/sk-inet.c:2): inet: Connected TCP socket");
        assertThat(Criu.firstError("")).isEqualTo("it gave no reason");
    }

    @Test
    void itIsFoundInThePath() throws IOException {
        assertThat(Criu.find(dir + "::relative")).isEmpty();
        Path criu = Files.createFile(dir.resolve("criu"));
        assertThat(Criu.find(dir.toString())).as("not executable").isEmpty();
        assertThat(criu.toFile().setExecutable(true)).isTrue();
        assertThat(Criu.find("/nowhere:" + dir)).contains(criu);
    }

    @Test
    void aCheckpointIsWhatItsNoteSays() {
        Path one = dir.resolve("all/one");
        Checkpoint.make(one, "web");
        assertThatThrownBy(() -> Checkpoint.make(one, "web"))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("checkpoint with name one already exists for container web");
        assertThat(Checkpoint.in(dir.resolve("all"))).isEmpty();
        var made = new Checkpoint(one, List.of("", "pipe:[1]", "pipe:[2]", "network"), List.of("/a b", "/c\nd"));
        made.write();
        assertThat(Checkpoint.read(one)).isEqualTo(made);
        assertThat(Checkpoint.in(dir.resolve("all"))).containsExactly("one");
        Checkpoint.remove(one);
        assertThat(one).doesNotExist();
        assertThat(Checkpoint.in(dir.resolve("none"))).isEmpty();
    }

    @Test
    void aNameIsThatOfOneFile() {
        assertThat(Checkpoint.place(dir, "a.b-c_1")).isEqualTo(dir.resolve("a.b-c_1"));
        for (String name : List.of("", ".", "..", "../x", "a/b", "/etc", "a\0b", "n".repeat(201))) {
            assertThatThrownBy(() -> Checkpoint.place(dir, name)).isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void blanksOfMountPointsAreReadable() {
        assertThat(InitStreams.plain("/a\\040b\\011c\\134d")).isEqualTo("/a b\tc\\d");
    }
}
