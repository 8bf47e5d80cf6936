package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The files of containers through the stock `docker` client: cp, diff, export, sizes, commit.
@Tag("kernel")
@Timeout(180)
class StockFilesTest {
    @TempDir
    static Path dir;

    private static StockDaemon stock;
    private static DaemonProcess daemon;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
        daemon = stock.daemon();
        docker = stock.docker();
        Path rootfs = dir.resolve("rootfs");
        Rootfs.run("/bin/busybox", "--install", "-s", rootfs.resolve("bin").toString());
        stock.out("import", Rootfs.tarball(rootfs, dir.resolve("box.tar")).toString(), "box:it");
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        stock.removeAll();
        docker.run("volume", "prune", "-af");
        assertThat(holders()).as("processes that hold a root").isEmpty();
    }

    /// Processes of the shim that only have the root of a container, below this daemon.
    private static List<String> holders() {
        try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            List<String> found = new ArrayList<>();
            for (Path p : all) {
                try {
                    String mounts = Files.readString(p.resolve("mountinfo"));
                    if (Files.readString(p.resolve("cmdline")).startsWith("gantry-files")
                            && mounts.contains(daemon.data().toString())) {
                        found.add(p.getFileName() + "\n" + mounts);
                    }
                } catch (IOException gone) {
                    continue;
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void until(String what, BooleanSupplier condition) {
        Waiting.until(Duration.ofSeconds(60), () -> what, condition);
    }

    private static void create(String name, String... more) throws IOException {
        docker("create", name, more);
    }

    private static void run(String name, String... more) throws IOException {
        docker("run -d", name, more);
    }

    private static void docker(String verb, String name, String... more) throws IOException {
        var all = new ArrayList<>(List.of(verb.split(" ")));
        all.addAll(List.of("--name", name, "--network", "none"));
        all.addAll(List.of(more));
        stock.out(all.toArray(String[]::new));
    }

    private static String sh(String container, String script) throws IOException {
        return stock.out("exec", container, "sh", "-c", script);
    }

    private static Path file(String name, String content) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    // cp

    @Test
    void filesGoOutOfAndIntoARunningContainer() throws IOException {
        run("cc", "box:it", "sh", "-c", "mkdir -p /q/sub; echo one >/q/a; ln -s a /q/l; ln -s /q /ql; sleep 1000");
        sh("cc", "until test -e /ql; do :; done");
        Path in = file("in/f", "hello");
        copies(in.toString(), "cc:/q/sub");
        assertThat(sh("cc", "cat /q/sub/f; stat -c '%u %g' /q/sub/f")).isEqualTo("hello0 0");
        copies("cc:/q", dir.resolve("out").toString());
        assertThat(dir.resolve("out/sub/f")).hasContent("hello");
        assertThat(Files.readSymbolicLink(dir.resolve("out/l"))).isEqualTo(Path.of("a"));
        // A link is copied as what it is, or followed with -L; contents with /.
        copies("-L", "cc:/ql", dir.resolve("followed").toString());
        assertThat(dir.resolve("followed/a")).hasContent("one\n");
        Files.createDirectories(dir.resolve("content"));
        copies("cc:/q/.", dir.resolve("content").toString());
        assertThat(dir.resolve("content/a")).hasContent("one\n");
    }

    /// The client tells on standard error what it copied.
    private static void copies(String... arguments) throws IOException {
        var all = new ArrayList<>(List.of("cp", "-q"));
        all.addAll(List.of(arguments));
        Docker.Result r = docker.run(all.toArray(String[]::new));
        assertThat(r.code()).as(String.join(" ", arguments) + ": " + r.err()).isZero();
    }

    private static Path local(String name) throws IOException {
        Path local = dir.resolve(name);
        Rootfs.run("rm", "-rf", local.toString());
        Files.createDirectories(local.resolve("d/has"));
        Files.createDirectories(local.resolve("tree/sub"));
        Files.writeString(local.resolve("tree/sub/x"), "x");
        Files.createSymbolicLink(local.resolve("tree/l"), Path.of("sub"));
        Files.writeString(local.resolve("f"), "f");
        Files.createSymbolicLink(local.resolve("ld"), Path.of("d"));
        Files.createSymbolicLink(local.resolve("lf"), Path.of("f"));
        Files.createSymbolicLink(local.resolve("lnew"), Path.of("made"));
        return local;
    }

    private static String listed(Path local) throws IOException {
        Process find = new ProcessBuilder(
                        "sh",
                        "-c",
                        "find . -printf '%p %y %m %U:%G %l %s\\n' | grep -v ' d ' | sort; find . -type d | sort")
                .directory(local.toFile())
                .start();
        return new String(find.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /// Both clients, each with a fresh place: what is there afterwards, and whether it was refused.
    private static List<String> bothCopy(String... arguments) throws IOException, InterruptedException {
        List<String> results = new ArrayList<>();
        for (String client : new String[] {"docker", "gantry"}) {
            Path local = local("both");
            sh(
                    "cc",
                    "rm -rf /t; mkdir -p /t/d/has; cp -a /q /t/q; echo f >/t/f; ln -s d /t/ld; ln -s f /t/lf; ln -s made /t/lnew");
            List<String> all = new ArrayList<>(
                    client.equals("docker")
                            ? List.of("docker", "-H", daemon.host(), "cp")
                            : List.of("../target/dist/bin/gantry", "-H", daemon.host(), "cp"));
            for (String argument : arguments) {
                all.add(argument.replace("LOCAL", local.toString()));
            }
            Ended ended = Ended.run(all);
            String inside = sh(
                    "cc", "cd /t; find . ! -type d -exec stat -c '%n %F %a %u:%g %s %N' {} +; find . -type d | sort");
            results.add((ended.code() == 0) + "\n" + listed(local)
                    + inside.lines().sorted().toList());
        }
        return results;
    }

    @Test
    void ourOwnClientCopiesAsTheStockOneDoes() throws IOException, InterruptedException {
        new GantryCommand(daemon); // or the reason why not
        run("cc", "box:it", "sh", "-c", "mkdir -p /q/sub; echo one >/q/a; ln -s a /q/l; ln -s /q /ql; sleep 1000");
        sh("cc", "until test -e /ql; do :; done");
        for (String line : """
                cc:/q LOCAL/new
                cc:/q LOCAL/d
                cc:/q LOCAL/f
                cc:/q/. LOCAL/new
                cc:/q/. LOCAL/d
                cc:/q/a LOCAL/new
                cc:/q/a LOCAL/d/
                cc:/q/a LOCAL/none/
                cc:/q/a LOCAL/lf
                cc:/q/a LOCAL/lnew
                -L cc:/ql LOCAL/new
                -L cc:/ql LOCAL/d
                cc:q/l LOCAL/new
                LOCAL/tree cc:/t/new
                LOCAL/tree cc:/t/d
                LOCAL/tree cc:/t/f
                LOCAL/tree/. cc:/t/d
                LOCAL/tree/. cc:/t/new
                LOCAL/f cc:/t/new
                LOCAL/f cc:t/d
                LOCAL/f cc:/t/none/
                LOCAL/f cc:/t/lnew
                LOCAL/f/ cc:/t/d
                -L LOCAL/lf cc:/t/d
                -L LOCAL/ld cc:/t/new
                -a LOCAL/tree cc:/t/new
                LOCAL/f cc:/dev/null
                """.lines().toList()) {
            List<String> both = bothCopy(line.split(" "));
            assertThat(both.get(1)).as(line).isEqualTo(both.get(0));
        }
    }

    @Test
    void filesGoOutOfAndIntoAContainerThatNeverRan() throws IOException {
        Files.createDirectories(dir.resolve("bound"));
        Files.writeString(dir.resolve("bound/b"), "of the host");
        stock.out("volume", "create", "vv");
        create("cc", "-v", "vv:/vol", "-v", dir.resolve("bound") + ":/bound:ro", "box:it", "cat", "/etc/new", "/vol/w");
        copies(file("w", "in the volume").toString(), "cc:/vol/w");
        copies(file("new", "in the root ").toString(), "cc:/etc/new");
        assertThat(holders()).isEmpty();
        assertThat(daemon.data().resolve("volumes/vv/_data/w")).hasContent("in the volume");
        copies("cc:/bound/b", dir.resolve("b").toString());
        assertThat(dir.resolve("b")).hasContent("of the host");
        assertThat(stock.out("start", "-a", "cc")).isEqualTo("in the root in the volume");
        copies("cc:/etc/new", dir.resolve("again").toString());
        assertThat(dir.resolve("again")).hasContent("in the root ");
    }

    @Test
    void whatIsReadOnlyIsRefusedInDockersWords() throws IOException {
        Files.createDirectories(dir.resolve("ro"));
        String file = file("x", "x").toString();
        create("cc", "-v", dir.resolve("ro") + ":/ro:ro", "box:it", "true");
        assertThat(stock.refusal("cp", file, "cc:/ro/")).contains("mounted volume is marked read-only");
        run("rr", "--read-only", "-v", dir.resolve("ro") + ":/rw", "box:it", "sleep", "1000");
        create("ss", "--read-only", "box:it", "sleep", "1000");
        assertThat(stock.refusal("cp", file, "rr:/etc/")).contains("container rootfs is marked read-only");
        assertThat(stock.refusal("cp", file, "ss:/etc/")).contains("container rootfs is marked read-only");
        copies(file, "rr:/rw/");
        assertThat(dir.resolve("ro/x")).hasContent("x");
    }

    @Test
    void whatIsNotThereIsToldInDockersWords() throws IOException {
        create("cc", "box:it", "true");
        assertThat(stock.refusal("cp", "cc:/nope", "-")).contains("Could not find the file /nope in container cc");
        assertThat(stock.refusal("cp", "cc:/etc/passwd/", "-")).contains("not a directory");
        assertThat(stock.refusal("cp", "none:/x", "-")).contains("No such container: none");
        assertThat(docker.runWith("garbage".getBytes(StandardCharsets.UTF_8), "cp", "-", "cc:/etc")
                        .err())
                .contains("it ends in the middle of a header");
    }

    @Test
    void aTarGoesThroughPipesAndKeepsWhatItIs() throws IOException {
        run(
                "cc",
                "box:it",
                "sh",
                "-c",
                "mkdir /q; cd /q; echo 1 >a; ln a b; mkfifo p; chown 5:6 a; chmod 4711 a;"
                        + " dd if=/dev/zero of=sp bs=1 count=1 seek=1M 2>/dev/null; mknod n c 1 3; touch done; sleep 1000");
        sh("cc", "until test -e /q/done; do :; done");
        byte[] tar = docker.run("cp", "cc:/q", "-").bytes();
        create("dd", "box:it", "sh", "-c", "cd /q; stat -c '%n %F %u:%g %a %h %s' *");
        assertThat(docker.runWith(tar, "cp", "-", "dd:/").code()).isZero();
        assertThat(stock.out("start", "-a", "dd").lines())
                .containsExactly(
                        "a regular file 5:6 4711 2 2",
                        "b regular file 5:6 4711 2 2",
                        "done regular empty file 0:0 644 1 0",
                        "n character special file 0:0 644 1 0",
                        "p fifo 0:0 644 1 0",
                        "sp regular file 0:0 644 1 1048577");
        assertThat(docker.run("cp", "dd:/q", "-").bytes()).as("the same bytes").isEqualTo(tar);
    }

    @Test
    void aDirectoryIsNotPutInThePlaceOfAFileNorTheOtherWayRound() throws IOException {
        create("cc", "box:it", "true");
        Files.createDirectories(dir.resolve("k/passwd"));
        assertThat(stock.refusal("cp", dir.resolve("k/passwd").toString(), "cc:/etc/"))
                .contains("cannot overwrite");
        assertThat(stock.refusal("cp", file("k2/etc", "").toString(), "cc:/")).contains("cannot overwrite");
    }

    // attacks

    /// CVE-2018-15664: a link in the container leads somewhere in the container, also while it is swapped.
    @Test
    void aLinkThatIsSwappedDuringACopyLeadsNowhereOutside() throws IOException {
        String secret = dir.resolve("bait").toString();
        Files.createDirectories(Path.of(secret));
        Files.writeString(Path.of(secret, "victim"), "of the host");
        run(
                "cc",
                "box:it",
                "sh",
                "-c",
                "mkdir -p /a " + secret + "; echo inside >" + secret + "/victim;"
                        + " ln -s " + secret + " /l; ln -s ../../../../../../../../.." + secret + " /up;"
                        + " while true; do mv /a /b 2>/dev/null; ln -s /../../.." + secret
                        + " /a; rm /a; mv /b /a; done");
        sh("cc", "until test -e /up; do :; done");
        Path in = file("in2/victim", "from the client");
        for (int i = 0; i < 15; i++) {
            docker.run("cp", in.toString(), "cc:/a/");
        }
        assertThat(docker.run("cp", "cc:/up/victim", "-").out()).doesNotContain("of the host");
        copies(in.toString(), "cc:/l/");
        assertThat(Path.of(secret, "victim")).hasContent("of the host");
        assertThat(sh("cc", "cat " + secret + "/victim")).isEqualTo("from the client");
    }

    /// CVE-2019-14271: nothing of the container is loaded or executed for a copy.
    @Test
    void aCopyExecutesNothingOfTheContainer() throws IOException {
        run("cc", "box:it", "sleep", "1000");
        sh(
                "cc",
                "mkdir -p /lib /lib64; for f in libnss_files.so.2 libc.so.6 ld-linux-x86-64.so.2; do"
                        + " printf '#!/bin/sh\\ntouch /pwned\\n' >/lib/$f; chmod 755 /lib/$f; done;"
                        + " rm /bin/tar; printf '#!/bin/sh\\ntouch /pwned\\n' >/bin/tar; chmod 755 /bin/tar");
        copies("cc:/etc", dir.resolve("etc").toString());
        copies(file("y", "y").toString(), "cc:/etc/");
        assertThat(sh("cc", "ls /")).doesNotContain("pwned");
    }

    /// An archive cannot name what is outside of where it goes.
    @Test
    void anArchiveLeadsNowhereOutside() throws IOException {
        create("cc", "box:it", "true");
        Path work = Files.createDirectories(dir.resolve("evil"));
        Files.writeString(work.resolve("g"), "g");
        Process tar = new ProcessBuilder("tar", "cPf", "-", "--transform", "s,^g$,../../g2,", "g")
                .directory(work.toFile())
                .start();
        byte[] bytes = tar.getInputStream().readAllBytes();
        assertThat(docker.runWith(bytes, "cp", "-", "cc:/etc").err()).contains("leads out of the root");
    }

    /// A magic link of /proc is no way out.
    @Test
    void theRootOfAnotherProcessIsNotReached() throws IOException {
        run("cc", "box:it", "sleep", "1000");
        assertThat(stock.refusal("cp", "cc:/proc/1/root/etc", "-")).contains("Could not find the file");
        assertThat(docker.run("cp", "cc:/", "-").out()).as("the kernel's files").doesNotContain("proc/1/");
    }

    // ends

    @Test
    void aHalfReadCopyLeavesNothingBehind() throws IOException {
        create("cc", "box:it", "true");
        Process half = docker.start("cp", "cc:/bin", "-");
        half.getInputStream().readNBytes(1000);
        half.destroyForcibly();
        until("the root is let go", () -> holders().isEmpty());
        assertThat(stock.out("start", "-a", "cc")).isEmpty();
    }

    @Test
    void killingTheDaemonDuringACopyLeavesNothingBehind() throws IOException {
        create("cc", "box:it", "true");
        Process half = docker.start("cp", "cc:/", "-");
        half.getInputStream().readNBytes(1000);
        until("the root is held", () -> !holders().isEmpty());
        daemon.kill();
        daemon.startAgain();
        half.destroyForcibly();
        until("the root is let go", () -> holders().isEmpty());
        assertThat(stock.out("start", "-a", "cc")).isEmpty();
    }

    /// A client that stops reading holds nobody up for ever.
    @Test
    void aContainerStartsThoughSomebodyDoesNotReadItsFiles() throws IOException {
        create("cc", "box:it", "sh", "-c", "echo runs");
        sparse("cc");
        Process half = docker.start("cp", "cc:/big", "-");
        try {
            half.getInputStream().readNBytes(1000);
            until("the root is held", () -> !holders().isEmpty());
            assertThat(stock.out("start", "-a", "cc")).isEqualTo("runs");
        } finally {
            half.destroyForcibly();
        }
    }

    private static void sparse(String container) throws IOException {
        Path big = dir.resolve("big");
        try (var f = new RandomAccessFile(big.toFile(), "rw")) {
            f.setLength(50_000_000);
        }
        copies(big.toString(), container + ":/big");
    }

    @Test
    void eventsTellOfCopies() throws IOException {
        create("cc", "box:it", "true");
        copies(file("z", "z").toString(), "cc:/etc/");
        copies("cc:/etc/z", dir.resolve("zz").toString());
        // The client sends whole seconds: "0s" would leave out what happened in this one.
        assertThat(stock.out(
                                "events",
                                "--since",
                                "60s",
                                "--until",
                                "-1s",
                                "--filter",
                                "container=cc",
                                "--format",
                                "{{.Action}}")
                        .lines())
                .contains("extract-to-dir", "archive-path");
    }

    // what a container has written

    @Test
    void whatAContainerChangedIsListedRunningOrNot() throws IOException {
        run(
                "cc",
                "-v",
                "/vol",
                "box:it",
                "sh",
                "-c",
                "mkdir -p /q/sub; echo 1 >/q/a; rm /etc/group; chmod 700 /tmp;"
                        + " echo more >>/etc/passwd; rm -r /var; mkdir /var; echo x >/vol/x; touch /q/done; exec sleep 1000");
        sh("cc", "until test -e /q/done; do :; done");
        String changes = "C /etc\nD /etc/group\nC /etc/passwd\nA /q\nA /q/a\nA /q/done\nA /q/sub\nC /tmp\nA /vol";
        assertThat(stock.out("diff", "cc")).isEqualTo(changes);
        stock.out("stop", "-t", "0", "cc");
        assertThat(stock.out("diff", "cc")).isEqualTo(changes);
        create("dd", "box:it", "true");
        assertThat(stock.out("diff", "dd")).isEmpty();
    }

    @Test
    void aRootIsExportedWithTheSameBytesRunningOrNot() throws IOException {
        run("cc", "-v", "/vol", "box:it", "sh", "-c", "echo 1 >/new; echo x >/vol/x; rm /etc/group; exec sleep 1000");
        sh("cc", "until ! test -e /etc/group; do :; done");
        byte[] running = docker.run("export", "cc").bytes();
        stock.out("stop", "-t", "0", "cc");
        assertThat(docker.run("export", "cc").bytes()).isEqualTo(running);
        Path tar = Files.write(dir.resolve("export.tar"), running);
        Process list = new ProcessBuilder("tar", "tf", tar.toString()).start();
        List<String> names = list.inputReader().lines().toList();
        assertThat(names).contains("new", "bin/busybox", "vol/", "etc/passwd", "proc/");
        assertThat(names).doesNotContain("vol/x", "etc/group");
        stock.out("import", tar.toString(), "exported:it");
        assertThat(stock.out("run", "--rm", "--network", "none", "exported:it", "cat", "/new"))
                .isEqualTo("1");
    }

    @Test
    void sizesAreTold() throws IOException {
        run("cc", "box:it", "sh", "-c", "dd if=/dev/zero of=/f bs=1000 count=3 2>/dev/null; ln /f /g; exec sleep 1000");
        sh("cc", "until test -e /g; do :; done");
        assertThat(stock.out("ps", "-s", "--format", "{{.Size}}")).startsWith("3kB (virtual ");
        assertThat(stock.out("inspect", "-s", "-f", "{{.SizeRw}}", "cc")).isEqualTo("3000");
        String upper = stock.out("inspect", "-f", "{{.GraphDriver.Data.UpperDir}}", "cc");
        assertThat(Path.of(upper, "f")).hasSize(3000);
        assertThat(stock.out("system", "df", "-v")).contains("3kB");
    }

    @Test
    void aContainerBecomesAnImage() throws IOException {
        run("cc", "-e", "A=b", "--label", "k=v", "box:it", "sh", "-c", "echo hi >/new; rm /etc/group; exec sleep 1000");
        sh("cc", "until ! test -e /etc/group; do :; done");
        String id = stock.out(
                "commit",
                "-a",
                "me",
                "-m",
                "words",
                "-c",
                "CMD [\"cat\", \"/new\"]",
                "-c",
                "ENV C=d",
                "-c",
                "EXPOSE 80",
                "-c",
                "ONBUILD RUN true",
                "-c",
                "HEALTHCHECK --interval=3s CMD true",
                "cc",
                "made:it");
        assertThat(stock.out("run", "--rm", "--network", "none", "made:it")).isEqualTo("hi");
        assertThat(stock.out("run", "--rm", "--network", "none", "made:it", "sh", "-c", "echo $A$C; ls /etc"))
                .startsWith("bd\n")
                .doesNotContain("group");
        assertThat(stock.out("inspect", "-f", "{{.Id}} {{.Author}} {{.Comment}} {{.Config.Labels.k}}", "made:it"))
                .isEqualTo(id + " me words v");
        assertThat(stock.out("history", "--format", "{{.Comment}}", "made:it").lines())
                .startsWith("words");
        assertThat(stock.out("inspect", "-f", "{{.State.Status}}", "cc")).isEqualTo("running");
        assertThat(stock.refusal("commit", "-c", "RUN x", "cc")).contains("RUN is not a valid change command");
        daemon.kill();
        daemon.startAgain();
        assertThat(stock.out("run", "--rm", "--network", "none", "made:it")).isEqualTo("hi");
        stock.out("rm", "-f", "cc");
        stock.out("rmi", "made:it");
    }
}
