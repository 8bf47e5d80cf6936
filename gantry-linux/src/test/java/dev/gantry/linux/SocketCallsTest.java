package dev.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketCallsTest {
    /// Passes three descriptors with one byte, twice, and ends.
    private static final String PASSER = """
            import array, os, socket, sys
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(sys.argv[1])
            listener.listen()
            print("ready", flush=True)
            connection, _ = listener.accept()
            own = array.array("i", [os.open(sys.argv[2], os.O_RDONLY) for _ in range(3)])
            for word in (b"a", b"b"):
                connection.sendmsg([word], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, own)])
            """;

    private final SocketCalls sockets = Linux.host().sockets();

    @Test
    void descriptorsArriveOpenAndThoseWithoutRoomAreClosed(@TempDir Path directory) throws Exception {
        Path socket = directory.resolve("socket");
        Path file = Files.writeString(directory.resolve("file"), "hello");
        Process passer;
        try {
            passer = new ProcessBuilder("python3", "-c", PASSER, socket.toString(), file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("no python3 to pass descriptors: " + e.getMessage());
            return;
        }
        try (var output = passer.inputReader()) {
            assertThat(output.readLine()).isEqualTo("ready");
            try (Fd connection = sockets.connectUnix(socket.toString())) {
                assertThat(sockets.readable(connection, Duration.ofSeconds(60))).isTrue();
                var passed = sockets.receivePassed(connection, 1, 3);
                assertThat(passed.bytes()).containsExactly('a');
                assertThat(passed.descriptors()).hasSize(3);
                byte[] text = new byte[5];
                Linux.host().files().readAt(passed.descriptors().get(2), text, 0, 5, 0);
                assertThat(text).asString().isEqualTo("hello");
                passed.descriptors().forEach(Fd::close);
                assertThatThrownBy(() -> sockets.receivePassed(connection, 1, 1))
                        .isInstanceOfSatisfying(
                                LinuxError.class, e -> assertThat(e.errno()).isEqualTo(Errno.EMSGSIZE));
                assertThat(descriptorsOf(file)).isZero();
                assertThat(sockets.receivePassed(connection, 1, 1).bytes()).isEmpty();
            }
        } finally {
            passer.destroyForcibly();
        }
    }

    @Test
    void aPathThatCannotBeIsRefused() {
        assertThatThrownBy(() -> sockets.connectUnix("x".repeat(200)))
                .isInstanceOfSatisfying(
                        LinuxError.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENAMETOOLONG));
        assertThatThrownBy(() -> sockets.connectUnix("/nowhere/socket"))
                .isInstanceOfSatisfying(
                        LinuxError.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }

    private static long descriptorsOf(Path file) throws IOException {
        try (Stream<Path> own = Files.list(Path.of("/proc/self/fd"))) {
            return own.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).equals(file);
                        } catch (IOException e) {
                            return false; // closed meanwhile: the listing itself
                        }
                    })
                    .count();
        }
    }
}
