package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An ordinary user with a range of ids unpacks an image with three owners, runs a program of it and
/// deletes all of it. The user is made for the test and removed after it.
@Tag("kernel")
@Timeout(120)
class RootlessImageTest {
    private static final int UID = 45_681;
    private static final int FIRST_SUBID = 2_100_000;
    private static final String USER = "gantry-test-r" + ProcessHandle.current().pid();

    @TempDir
    Path directory;

    private boolean userMade;

    @BeforeEach
    void makeUser() throws Exception {
        assumeTrue(Linux.host().processes().effectiveUid() == 0, "only root makes users");
        for (String tool : List.of("/usr/sbin/useradd", "/usr/bin/newuidmap", "/usr/bin/setpriv", "/bin/busybox")) {
            assumeTrue(Files.isExecutable(Path.of(tool)), tool + " is missing");
        }
        assumeTrue(Files.isExecutable(shim()), "gantry-shim is not built at " + shim());
        Path java = Path.of(System.getProperty("java.home"), "bin/java");
        String range = FIRST_SUBID + "-" + (FIRST_SUBID + 65_535);
        run(
                "/usr/sbin/useradd",
                "-M",
                "-N",
                "-g",
                "nogroup",
                "-u",
                "" + UID,
                "-K",
                "SUB_UID_COUNT=0",
                "-K",
                "SUB_GID_COUNT=0",
                USER);
        userMade = true;
        run("/usr/sbin/usermod", "--add-subuids", range, "--add-subgids", range, USER);
        Files.copy(shim(), directory.resolve("gantry-shim"), StandardCopyOption.COPY_ATTRIBUTES);
        copyClassPath();
        makeArchive();
        Files.createDirectory(directory.resolve("data"));
        run("/bin/chown", "-R", UID + ":nogroup", directory.toString());
        assumeTrue(
                new ProcessBuilder(
                                        "/usr/bin/setpriv",
                                        "--reuid",
                                        "" + UID,
                                        "--clear-groups",
                                        java.toString(),
                                        "-version")
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0,
                "an ordinary user cannot run the JDK at " + java);
    }

    @AfterEach
    void removeUser() throws Exception {
        if (userMade) {
            run("/usr/sbin/userdel", USER);
        }
    }

    @Test
    void anOrdinaryUserUnpacksAnImageWithThreeOwnersRunsItAndDeletesIt() throws Exception {
        Path data = directory.resolve("data");
        String unpacked =
                java("unpack", data.toString(), directory.resolve("image.tar").toString());
        Path lower = Path.of(line(unpacked, "lower "));
        assertThat(owner(lower.resolve("bin/report")))
                .as("id 0 inside is the user")
                .isEqualTo(UID);
        assertThat(owner(lower.resolve("srv/one"))).isEqualTo(FIRST_SUBID + 999);
        assertThat(owner(lower.resolve("srv/two"))).isEqualTo(FIRST_SUBID + 32);

        String said = inside("exec 4<data/plan; ./gantry-shim launch 4 3>data/pid || exit 1;"
                + " while kill -0 $(cat data/pid) 2>/dev/null; do sleep 0.01; done");
        assertThat(said.lines())
                .containsExactly("pid 1", "uid 0", "0 0 /bin/report", "1000 1000 /srv/one", "33 0 /srv/two");
        assertThat(owner(Path.of(line(unpacked, "upper ")).resolve("srv/new"))).isEqualTo(FIRST_SUBID + 76);

        assertThat(java("delete", data.toString())).contains("Collected[blobs=");
        try (var left = Files.walk(data)) {
            assertThat(left.filter(Files::isRegularFile)
                            .map(p -> data.relativize(p).toString()))
                    .containsExactlyInAnyOrder("plan", "pid");
        }
    }

    private String java(String... args) throws Exception {
        return inside("exec " + System.getProperty("java.home") + "/bin/java -Xshare:auto"
                + " --enable-native-access=ALL-UNNAMED -cp 'classes/*:classes/test' " + RootlessMain.class.getName()
                + " "
                + String.join(" ", args));
    }

    private String inside(String script) throws Exception {
        return run(
                "/usr/bin/setpriv",
                "--reuid",
                "" + UID,
                "--regid",
                "nogroup",
                "--clear-groups",
                "sh",
                "-c",
                "cd " + directory + " && exec ./gantry-shim userns -- sh -c \"$0\"",
                script);
    }

    /// One layer with files of ids 0, 1000 and 33, in a docker-archive.
    private void makeArchive() throws Exception {
        Path root = Files.createDirectories(directory.resolve("rootfs"));
        run("sh", "-euc", """
                cd "$1"; mkdir bin srv proc sys dev; cp /bin/busybox bin/busybox
                for a in sh id stat chown touch echo; do ln -s busybox bin/$a; done
                cat > bin/report <<'END'
                #!/bin/sh
                echo "pid $$"; echo "uid $(id -u)"
                stat -c '%u %g %n' /bin/report /srv/one /srv/two
                touch /srv/new; chown 77:77 /srv/new
                END
                chmod 755 bin/report; echo 1 > srv/one; echo 2 > srv/two
                chown -R 0:0 .; chown 1000:1000 srv/one; chown 33:0 srv/two
                tar --numeric-owner -cf ../layer.tar .
                cd ..; rm -r rootfs
                id=$(sha256sum layer.tar | cut -d ' ' -f 1)
                printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' $id > config.json
                echo '[{"Config":"config.json","RepoTags":["three-owners:1"],"Layers":["layer.tar"]}]' > manifest.json
                tar -cf image.tar manifest.json config.json layer.tar
                rm manifest.json config.json layer.tar
                """, "sh", root.toString());
    }

    /// Where the user may read it: the build and the repository of jars may be somebody's private home.
    private void copyClassPath() throws Exception {
        Path classes = Files.createDirectory(directory.resolve("classes"));
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : path.split(":")) {
            Path from = Path.of(entry);
            if (!Files.exists(from)) {
                continue;
            }
            if (Files.isDirectory(from)) {
                // Resources of generated code are found by name and must not overwrite each other.
                String jar = from.endsWith("test-classes")
                        ? "test"
                        : from.getParent().getParent().getFileName() + ".jar";
                if (jar.equals("test")) {
                    run("cp", "-r", from.toString(), classes.resolve(jar).toString());
                } else {
                    run(
                            System.getProperty("java.home") + "/bin/jar",
                            "cf",
                            classes.resolve(jar).toString(),
                            "-C",
                            from.toString(),
                            ".");
                }
            } else if (Stream.of("avaje", "zstd", "gantry", "commons-", "/xz").anyMatch(entry::contains)) {
                Files.copy(from, classes.resolve(from.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        run("/bin/chmod", "-R", "a+rX", classes.toString());
    }

    private static Path shim() {
        return Path.of(System.getProperty("gantry.shim", "../gantry-runtime/target/shim/gantry-shim"))
                .toAbsolutePath();
    }

    private static int owner(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:uid");
    }

    private static String line(String text, String prefix) {
        return text.lines()
                .filter(l -> l.startsWith(prefix))
                .findFirst()
                .orElseThrow(() -> new AssertionError(text))
                .substring(prefix.length());
    }

    private String run(String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("rootless", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            String text = Files.readString(out, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as("%s%n%s", List.of(command), text).isZero();
            return text;
        } finally {
            Files.delete(out);
        }
    }
}
