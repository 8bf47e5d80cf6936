package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.it.RootlessHost.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// An ordinary user types `gantry run`: an engine of the user's own starts, in namespaces that outlive it.
@Tag("kernel")
@Timeout(300)
class RootlessEngineTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path dir;

    private RootlessHost host;

    @BeforeEach
    void start() throws Exception {
        RootlessHost.assume();
        host = new RootlessHost(dir);
    }

    @AfterEach
    void stop() throws Exception {
        if (host != null) {
            host.close();
        }
    }

    @Test
    void containersOfAUserAreReachedAndReachOutThroughPasta() throws Exception {
        containersAreReachedAndReachOut("pasta");
    }

    @Test
    void containersOfAUserAreReachedAndReachOutThroughSlirp4netns() throws Exception {
        containersAreReachedAndReachOut("slirp4netns");
    }

    private void containersAreReachedAndReachOut(String net) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/" + net)), net + " is not installed");
        succeeds(host.gantry(net, "network", "create", "front"));
        succeeds(host.gantry(
                net,
                "run",
                "-d",
                "--name",
                "web",
                "--network",
                "front",
                "-p",
                "8080:80",
                "-p",
                "[::1]:8081:80",
                host.image(),
                "sh",
                "-c",
                "mkdir /www; echo the web > /www/index.html; exec busybox httpd -f -p 80 -h /www"));
        reached();
        assertThat(succeeds(host.gantry(net, "info"))).contains("network by " + net);
        assertThat(inFront(net, "get web 80")).as("a name").contains("the web");
        assertThat(inFront(net, "get " + RootlessHost.WORLD + " 7777"))
                .as("the outside")
                .contains("the world");
        assertThat(inFront(net, "get host.docker.internal 8080")).as("the host").contains("the web");

        ProcessHandle daemon = ProcessHandle.of(host.daemon()).orElseThrow();
        daemon.destroyForcibly();
        daemon.onExit().get();
        assertThat(host.get("127.0.0.1", 8080)).as("without a daemon").contains("the web");

        assertThat(succeeds(host.gantry(net, "ps"))).contains("web", "0.0.0.0:8080->80/tcp");
        reached();
        assertThat(succeeds(host.gantry(net, "exec", "web", "id", "-u"))).isEqualTo("0\n");
        assertThat(inFront(net, "get web 80")).as("a name, after adoption").contains("the web");

        succeeds(host.gantry(net, "rm", "-f", "web"));
        assertThat(host.get("127.0.0.1", 8080)).doesNotContain("the web");
        ends(net);
    }

    private void reached() throws Exception {
        Waiting.until(Duration.ofSeconds(30), () -> "the web is reached at IPv4, loopback", () -> {
            try {
                return host.get("127.0.0.1", 8080).contains("the web"); // it has to begin
            } catch (Exception e) {
                return false;
            }
        });
        assertThat(host.get("198.51.100.2", 8080))
                .as("IPv4, the host's address")
                .contains("the web");
        assertThat(host.get("::1", 8081)).as("IPv6").contains("the web");
    }

    private String inFront(String net, String script) throws Exception {
        return succeeds(host.gantry(net, "run", "--rm", "--network", "front", host.image(), "sh", "-c", script));
    }

    @Test
    void anImageWithSeveralOwnersRunsAndWhatAUserCannotHaveIsRefusedInWords() throws Exception {
        Process tar = new ProcessBuilder("sh", "-euc", """
                cd "$1"; cp -r rootfs image; mkdir image/srv; echo 1 > image/srv/one; chown -R 0:0 image
                chown 1000:33 image/srv/one; tar --numeric-owner -C image -cf image.tar .; rm -r image; chmod a+r image.tar
                """, "sh", dir.toString())
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
        succeeds(host.gantry("none", "import", dir.resolve("image.tar").toString(), "owners"));
        assertThat(succeeds(host.gantry(
                        "none",
                        "run",
                        "--rm",
                        "--network",
                        "none",
                        "owners",
                        "busybox",
                        "stat",
                        "-c",
                        "%u %g",
                        "/srv/one")))
                .isEqualTo("1000 33\n");

        refused("may not make control groups", "--memory", "64m", "owners", "true");
        refused("from 1024 on", "-p", "80:80", "owners", "true");
        refused("carries TCP and UDP only", "-p", "8090:80/sctp", "owners", "true");
        refused("nothing is mounted below", "--network", "none", "dir:/", "true");
        succeeds(host.gantry("none", "rmi", "owners"));
        ends("none");
    }

    private void refused(String words, String... arguments) throws Exception {
        String[] all = new String[arguments.length + 2];
        all[0] = "run";
        all[1] = "--rm";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        Said said = host.gantry("none", all);
        assertThat(said.text()).contains(words);
        assertThat(said.code()).as(said.text()).isEqualTo(125);
    }

    /// The daemon leaves, and with it whatever it and the namespaces were.
    private void ends(String net) throws Exception {
        succeeds(host.gantry(net, "daemon", "stop"));
        Waiting.until(
                SOON,
                () -> "processes " + host.processes(),
                () -> host.processes().isEmpty());
    }

    private String succeeds(Said said) throws Exception {
        assertThat(said.code()).as("%s%n%s", said.text(), host.log()).isZero();
        return said.text();
    }
}
