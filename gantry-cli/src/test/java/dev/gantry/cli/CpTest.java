package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CpTest extends CommandTest {
    @Test
    void aTarGoesOutByAPipeAndNotToATerminal() {
        engine.answer("GET /containers/web/archive", 200, "tar");
        assertThat(gantry("cp", "web:/etc/hosts", "-")).isZero();
        assertThat(out()).isEqualTo("tar");
        assertThat(engine.lines()).containsExactly("GET /containers/web/archive?path=%2Fetc%2Fhosts");
        caller.terminals.add(Caller.Stream.OUT);
        assertThat(gantry("cp", "web:/etc/hosts", "-")).isEqualTo(125);
        assertThat(err()).contains("standard output is a terminal");
    }

    @Test
    void whatIsNotThereGetsTheNameThatWasAskedFor() {
        caller.file("/home/me/site/index.html", "hello");
        engine.answer("HEAD /containers/web/archive", 404, "");
        engine.answer("PUT /containers/web/archive", 200, "");
        assertThat(gantry("cp", "-a", "site", "web:/srv/www")).isZero();
        assertThat(engine.lines())
                .containsExactly(
                        "HEAD /containers/web/archive?path=%2Fsrv%2Fwww",
                        "PUT /containers/web/archive?path=%2Fsrv&noOverwriteDirNonDir=true&copyUIDGID=1");
        assertThat(engine.bodyOf("PUT /containers/web/archive")).isEqualTo("/home/me/site as www");
    }

    @Test
    void sidesThatMakeNoSenseAreRefused() {
        assertThat(gantry("cp", "a", "b")).isEqualTo(125);
        assertThat(err()).contains("one of the two is in a container");
        assertThat(gantry("cp", "a:/x", "b:/x")).isEqualTo(125);
        assertThat(err()).contains("copying between containers is not supported");
        assertThat(gantry("cp", "./a:b", "/c:d")).isEqualTo(125);
        assertThat(gantry("cp", "a:", "b")).isEqualTo(125);
        assertThat(err()).contains("neither path may be empty");
        engine.answer("HEAD /containers/web/archive", 404, "");
        caller.in = new ByteArrayInputStream("tar".getBytes(StandardCharsets.UTF_8));
        assertThat(gantry("cp", "-", "web:/srv")).isEqualTo(1);
        assertThat(err()).contains("destination must be a directory");
        assertThat(gantry("cp", "nothing", "web:/srv")).isEqualTo(1);
        assertThat(err()).contains("copy nothing: no such file or directory");
        assertThat(engine.lines()).allMatch(line -> line.startsWith("HEAD "));
    }
}
