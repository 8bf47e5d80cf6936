package dev.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DaemonFlagsTest {
    private static DaemonFlags parse(String... args) {
        return DaemonFlags.parse(List.of(args), "");
    }

    @Test
    void withoutFlagsItUsesTheUsualPlaces() {
        DaemonFlags f = parse();
        assertThat(f.dataRoot()).isEqualTo(Path.of("/var/lib/gantry"));
        assertThat(f.execRoot()).isEqualTo(Path.of("/run/gantry"));
        assertThat(f.hosts()).hasToString("[unix:///run/gantry.sock]");
        assertThat(f.cgroupParent()).isEqualTo("gantry");
    }

    @Test
    void allSpellingsOfAFlagAreRead() {
        DaemonFlags f =
                parse("-H", "unix:///a", "--host=tcp://127.0.0.1:2375", "-p/b", "--data-root=/c", "-D", "-G", "x");
        assertThat(f.hosts()).hasToString("[unix:///a, tcp://127.0.0.1:2375]");
        assertThat(f.pidFile()).isEqualTo(Optional.of(Path.of("/b")));
        assertThat(f.dataRoot()).isEqualTo(Path.of("/c"));
        assertThat(f.group()).isEqualTo(Optional.of("x"));
        assertThat(f.debug()).isTrue();
        assertThat(parse("--debug=false").debug()).isFalse();
        assertThat(f.sockets()).containsExactly(Path.of("/a"));
    }

    @Test
    void flagsOfDockerdThatDoNothingHereAreRefusedByName() {
        for (String flag :
                new String[] {"--bip", "--tlsverify", "--log-level", "--storage-driver=overlay2", "-l", "-s"}) {
            assertThatThrownBy(() -> parse(flag, "x"))
                    .as(flag)
                    .isInstanceOf(Unsupported.class)
                    .hasMessageContaining(flag.split("=")[0]);
        }
        assertThatThrownBy(() -> parse("--nonsense")).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> parse("word")).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> parse("--data-root")).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void anOpenPortIsNotServedWithoutTls() {
        assertThatThrownBy(() -> parse("-H", "tcp://0.0.0.0:2375")).isInstanceOf(Unsupported.class);
        assertThatThrownBy(() -> parse("-H", "tcp://127.0.0.1")).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> parse("-H", "fd://")).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void aCgroupParentIsAPathBelow() {
        assertThat(parse("--cgroup-parent", "/a/b").cgroupParent()).isEqualTo("a/b");
        for (String bad : new String[] {"", "/", "..", "a/../b", "a//b"}) {
            assertThatThrownBy(() -> parse("--cgroup-parent", bad)).as(bad).isInstanceOf(InvalidArgument.class);
        }
    }

    private static final String[] TLS = {"--overlay-tls-ca", "/a", "--overlay-tls-cert", "/b", "--overlay-tls-key", "/c"
    };

    private static DaemonFlags overlay(String... args) {
        return parse(Stream.concat(Stream.of(TLS), Stream.of(args)).toArray(String[]::new));
    }

    @Test
    void hostsOfOverlayNetworksKnowEachOtherOrNothingIsShared() {
        assertThat(parse().overlay().isNone()).isTrue();
        var o = overlay("--overlay-advertise", "192.0.2.1", "--overlay-peer=192.0.2.2:80", "--overlay-grace", "90s")
                .overlay();
        assertThat(o.advertise()).hasToString("192.0.2.1:7946");
        assertThat(o.peers()).hasToString("[192.0.2.2:80]");
        assertThat(o.grace()).isEqualTo(Duration.ofSeconds(90));
        assertThat(o.files().key()).isEqualTo(Path.of("/c"));
        // Said as a command line again, it is the same.
        assertThat(parse(OverlayFlags.words(o).toArray(String[]::new)).overlay())
                .isEqualTo(o);
        for (String[] lacks : new String[][] {
            {"--overlay-peer", "192.0.2.2"},
            {"--overlay-advertise", "192.0.2.1"},
            {"--overlay-advertise", "192.0.2.1", "--overlay-tls-ca", "/a", "--overlay-tls-cert", "/b"},
            {"--overlay-tls-ca", "/a"}
        }) {
            assertThatThrownBy(() -> parse(lacks))
                    .as(String.join(" ", lacks))
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("is missing");
        }
        for (String bad :
                new String[] {"", "x", "192.0.2", "::1", "127.0.0.1", "0.0.0.0", "192.0.2.1:0", "192.0.2.1:x"}) {
            assertThatThrownBy(() -> overlay("--overlay-advertise", bad))
                    .as(bad)
                    .isInstanceOf(InvalidArgument.class);
        }
        for (String[] bad : new String[][] {
            {"--overlay-peer", "192.0.2.1"},
            {"--overlay-peer", "192.0.2.2", "--overlay-peer", "192.0.2.2:99"},
            {"--overlay-data-port", "80"},
            {"--overlay-grace", "soon"}
        }) {
            String[] all = Stream.concat(Stream.of("--overlay-advertise", "192.0.2.1"), Stream.of(bad))
                    .toArray(String[]::new);
            assertThatThrownBy(() -> overlay(all)).as(String.join(" ", bad)).isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void theLaunchersWordIsOptional() {
        assertThat(DaemonFlags.strip(List.of("daemon", "-D"))).containsExactly("-D");
        assertThat(DaemonFlags.strip(List.of("-D"))).containsExactly("-D");
    }

    @Test
    void oneDirectoryForAllIsUsedWhereNoFlagSaysOtherwise() {
        DaemonFlags f = DaemonFlags.parse(List.of("--exec-root", "/e"), "/g");
        assertThat(f.dataRoot()).isEqualTo(Path.of("/g/data"));
        assertThat(f.execRoot()).isEqualTo(Path.of("/e"));
        assertThat(f.hosts()).hasToString("[unix:///g/gantry.sock]");
    }
}
