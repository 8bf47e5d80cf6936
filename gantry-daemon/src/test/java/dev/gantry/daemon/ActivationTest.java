package dev.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.NotFound;
import dev.gantry.http.InheritedSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActivationTest {
    @TempDir
    Path self;

    private final Map<String, String> environment =
            Map.of("LISTEN_PID", "7", "LISTEN_FDS", "2", "LISTEN_FDNAMES", "gantry.socket:tcp");

    @BeforeEach
    void proc() throws IOException {
        Files.createDirectory(self.resolve("fd"));
        Files.createDirectory(self.resolve("net"));
        Files.createSymbolicLink(self.resolve("fd/3"), Path.of("socket:[101]"));
        Files.createSymbolicLink(self.resolve("fd/4"), Path.of("socket:[1011]"));
        Files.writeString(
                self.resolve("net/unix"),
                "Num       RefCount Protocol Flags    Type St Inode Path\n"
                        + "0000: 00000002 00000000 00010000 0001 01   101 /run/gantry.sock\n");
    }

    private List<InheritedSocket> sockets(String which, Map<String, String> with, long pid) throws IOException {
        return Activation.sockets(new Host.Inherited(which), with, pid, self);
    }

    @Test
    void socketsAreFoundByNumberByNameOrAll() throws IOException {
        var unix = new InheritedSocket(3, InheritedSocket.Kind.UNIX);
        var tcp = new InheritedSocket(4, InheritedSocket.Kind.TCP);
        assertThat(sockets("", environment, 7)).containsExactly(unix, tcp);
        assertThat(sockets("*", environment, 7)).containsExactly(unix, tcp);
        assertThat(sockets("4", environment, 7)).containsExactly(tcp);
        assertThat(sockets("gantry.socket", environment, 7)).containsExactly(unix);
    }

    @Test
    void theirPlacesAreKnown() throws IOException {
        var all = new Host.Inherited("");
        assertThat(Activation.paths(all, environment, 7, self)).containsExactly(Path.of("/run/gantry.sock"));
        Files.writeString(
                self.resolve("net/unix"),
                "0000: 00000002 00000000 00010000 0001 01   101 /run/a b.sock\n"
                        + "0000: 00000002 00000000 00010000 0001 01  1011 @abstract\n");
        assertThat(Activation.paths(all, environment, 7, self)).containsExactly(Path.of("/run/a b.sock"));
        Files.writeString(self.resolve("net/unix"), "0000: 00000002 00000000 00010000 0001 01   101\n");
        assertThat(Activation.paths(all, environment, 7, self)).isEmpty();
    }

    @Test
    void thoseOfAnotherProcessAreNotOurs() {
        assertThatThrownBy(() -> sockets("", environment, 8)).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> sockets("", Map.of(), 7))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("no sockets found via socket activation");
        assertThatThrownBy(() -> sockets("5", environment, 7)).isInstanceOf(NotFound.class);
    }
}
