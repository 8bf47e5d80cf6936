package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.engine.container.ContainerSpec;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A directory of the host as an image: the directory in which the engine keeps everything, and what leads there.
class DirectoryImageTest {
    private static final String LIST = "busybox find /data /run -mindepth 1; busybox ls / | busybox grep -x bin";

    @TempDir
    Path dir;

    private TestEngine engine;

    @BeforeEach
    void open() throws Exception {
        engine = TestEngine.start(dir);
        Files.createDirectories(dir.resolve("bin"));
        Files.copy(engine.image.resolve("bin/busybox"), dir.resolve("bin/busybox"));
    }

    @AfterEach
    void close() {
        if (engine != null) {
            engine.close();
        }
    }

    private String says(Path image, String script) {
        var c = engine.ran(ContainerSpec.of("dir:" + image)
                .network(ContainerSpec.Network.NONE)
                .args("/bin/busybox", "sh", "-c", script));
        return engine.log(c.id());
    }

    @Test
    void ourOwnPlacesAreEmptyInIt() {
        assertThat(says(dir, LIST)).isEqualTo("bin\n");
    }

    @Test
    void ourOwnPlacesAreEmptyThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("link"), dir);
        assertThat(says(link, LIST)).isEqualTo("bin\n");
        assertThat(says(link.resolve("link/."), LIST)).isEqualTo("bin\n");
    }

    @Test
    void ourOwnPlacesAreEmptyWhenTheirOwnNamesAreLinks() throws Exception {
        Path names = Files.createSymbolicLink(dir.resolve("names"), dir);
        engine.reopenWith(o -> new GantryOptions(
                names.resolve("data"),
                names.resolve("run"),
                o.shim(),
                o.cgroup(),
                o.autostart(),
                o.hidden(),
                o.plugins(),
                o.overlay(),
                o.registries(),
                o.networks(),
                o.tracer(),
                o.storage(),
                o.ids()));
        assertThat(says(dir, LIST)).isEqualTo("bin\n");
        assertRefused(dir.resolve("data"));
    }

    @Test
    void aLinkThatLeadsElsewhereAfterTheCreationChangesNothing() throws Exception {
        Path harmless = Files.createDirectories(dir.resolve("harmless/bin"));
        Files.copy(dir.resolve("bin/busybox"), harmless.resolve("busybox"));
        Path link = Files.createSymbolicLink(dir.resolve("turns"), harmless.getParent());
        var c = engine.create(ContainerSpec.of("dir:" + link)
                .network(ContainerSpec.Network.NONE)
                .args("/bin/busybox", "sh", "-c", "busybox ls /data /run; busybox ls / | busybox grep -x bin"));
        Files.delete(link);
        Files.createSymbolicLink(link, dir);
        engine.containers().start(c.id());
        engine.exit(c.id());
        assertThat(engine.log(c.id()).lines().toList()).contains("bin").noneMatch(l -> l.contains("gantry.db"));
    }

    @Test
    void theDataRootItselfIsRefused() {
        assertRefused(dir.resolve("data"));
        assertRefused(dir.resolve("run"));
    }

    @Test
    void aDirectoryInsideOurPlacesIsRefused() {
        assertRefused(dir.resolve("data/snapshots"));
        assertRefused(dir.resolve("run/w"));
    }

    @Test
    void aLinkIntoOurPlacesIsRefused() throws Exception {
        assertRefused(Files.createSymbolicLink(dir.resolve("inside"), dir.resolve("data/containers")));
    }

    @Test
    void aHiddenSocketIsNoSocketInside() throws Exception {
        Path socket = dir.resolve("socket");
        Path open = dir.resolve("open");
        engine.reopenWith(o -> o.hidden(List.of(socket)));
        try (var hidden = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                var shown = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            hidden.bind(UnixDomainSocketAddress.of(socket));
            shown.bind(UnixDomainSocketAddress.of(open));
            assertThat(says(dir, "busybox stat -c '%n %F' /socket /open"))
                    .isEqualTo("/socket character special file\n/open socket\n");
        }
    }

    private void assertRefused(Path image) {
        int before = engine.containers().list().size();
        assertThatThrownBy(() -> engine.create(ContainerSpec.of("dir:" + image)
                        .network(ContainerSpec.Network.NONE)
                        .args("/bin/true")))
                .isInstanceOfSatisfying(Forbidden.class, e -> {
                    assertThat(e.what()).isNotEmpty();
                    assertThat(e.todo()).isEqualTo("name another directory");
                })
                .hasMessageContaining("belongs to Gantry itself");
        assertThat(engine.containers().list()).hasSize(before);
    }

    /// A file system whose server never says a word: who asks it anything waits, and nobody can be interrupted.
    private static final String SILENT = """
            import ctypes, os, sys
            fuse = os.open("/dev/fuse", os.O_RDWR)
            libc = ctypes.CDLL(None, use_errno=True)
            data = "fd=%d,rootmode=40000,user_id=0,group_id=0" % fuse
            if libc.mount(b"silent", sys.argv[1].encode(), b"fuse", 0, data.encode()):
                print("no: " + os.strerror(ctypes.get_errno()), flush=True)
            else:
                print("mounted", flush=True)
            sys.stdin.read()
            """;

    @Test
    @Timeout(120)
    void aDirectoryOnAFileSystemThatDoesNotAnswerHoldsUpNobodyElse() throws Exception {
        Path place = Files.createDirectories(dir.resolve("place/bin")).getParent();
        Files.copy(dir.resolve("bin/busybox"), place.resolve("bin/busybox"));
        var spec = ContainerSpec.of("dir:" + place)
                .network(ContainerSpec.Network.NONE)
                .args("/bin/busybox", "true");
        var created = engine.containers().create("", spec.build());
        Process server = new ProcessBuilder("python3", "-c", SILENT, place.toString()).start();
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        try {
            String said = String.valueOf(server.inputReader().readLine());
            Assumptions.assumeTrue("mounted".equals(said), "no FUSE here: " + said);
            // More than there are carriers of virtual threads, each with another path to ask about.
            for (int i = 0; i < 2 + Runtime.getRuntime().availableProcessors(); i++) {
                String image = "dir:" + place + "/d" + i;
                waiting.add(failure(() -> engine.containers()
                        .create("", ContainerSpec.of(image).args("true").build())));
            }
            waiting.add(failure(() -> engine.containers().start(created.id())));
            // Nobody else notices.
            for (int i = 0; i < 3; i++) {
                assertThat(says(engine.image, "echo hello")).isEqualTo("hello\n");
            }
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
        } finally {
            server.destroyForcibly().waitFor(); // with its descriptor the file system is aborted: who waited fails
            new ProcessBuilder("umount", "-l", place.toString()).start().waitFor();
        }
        for (CompletableFuture<String> w : waiting) {
            assertThat(w.get(60, TimeUnit.SECONDS)).contains(place.toString());
        }
        assertThat(says(place, "echo again")).isEqualTo("again\n");
    }

    private static CompletableFuture<String> failure(Runnable work) {
        var done = new CompletableFuture<String>();
        Thread.startVirtualThread(() -> {
            try {
                work.run();
                done.complete("it worked");
            } catch (GantryException e) {
                done.complete(String.valueOf(e.getMessage()));
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }
}
