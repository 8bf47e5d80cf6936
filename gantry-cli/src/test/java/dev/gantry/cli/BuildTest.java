package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BuildTest extends CommandTest {
    private static final String DONE = """
            {"stream":"Step 1/1 : FROM busybox\\n"}
            {"aux":{"ID":"sha256:1234"}}
            {"stream":"Successfully built 1234\\n"}
            """;

    private void file(String name, String text) {
        caller.files.put("/home/me/" + name, text.getBytes(StandardCharsets.UTF_8));
    }

    private String asked() {
        return URLDecoder.decode(engine.lines().getLast(), StandardCharsets.UTF_8);
    }

    @Test
    void aDirectoryIsSentWithoutWhatIsIgnored() {
        engine.answer("POST /build", 200, DONE);
        file("app/Dockerfile", "FROM busybox");
        file("app/.dockerignore", "*\n!src\n");
        file("app/src/main.c", "");
        file("app/large", "");
        assertThat(gantry("build", "-t", "one", "-t", "two", "--build-arg", "a=b", "--iidfile", "id", "app"))
                .as(err())
                .isZero();
        assertThat(asked())
                .contains("dockerfile=Dockerfile")
                .contains("t=one")
                .contains("t=two")
                .contains("buildargs={\"a\":\"b\"}");
        assertThat(engine.bodyOf("POST /build")).isEqualTo(".dockerignore Dockerfile src/main.c");
        assertThat(out()).isEqualTo("Step 1/1 : FROM busybox\nSuccessfully built 1234\n");
        assertThat(new String(caller.files.get("/home/me/id"), StandardCharsets.UTF_8))
                .isEqualTo("sha256:1234");
    }

    @Test
    void aDockerfileFromElsewhereGoesAlongAndIsNoPartOfIt() {
        engine.answer("POST /build", 200, DONE);
        file("app/x", "");
        file("other", "FROM elsewhere");
        assertThat(gantry("build", "-f", "other", "app")).as(err()).isZero();
        assertThat(asked()).contains("dockerfile=.dockerfile");
        assertThat(engine.bodyOf("POST /build"))
                .contains("ustar")
                .contains("FROM elsewhere")
                .contains(".dockerfile\n.dockerfile.dockerignore");
    }

    @Test
    void standardInputIsADockerfileOrAnArchive() {
        engine.answer("POST /build", 200, DONE);
        caller.in = new ByteArrayInputStream("FROM given\n".getBytes(StandardCharsets.UTF_8));
        assertThat(gantry("build", "-")).as(err()).isZero();
        assertThat(engine.bodyOf("POST /build")).startsWith("Dockerfile\0").contains("FROM given");
    }

    @Test
    void aStepThatFailsGivesItsCode() {
        engine.answer(
                "POST /build",
                200,
                "{\"stream\":\"told\\n\"}\n{\"errorDetail\":{\"code\":9,\"message\":\"non-zero\"}}\n");
        file("app/Dockerfile", "FROM busybox");
        assertThat(gantry("build", "-q", "app")).isEqualTo(9);
        assertThat(out()).isEmpty();
        assertThat(err()).contains("told").contains("gantry: non-zero");
    }

    @Test
    void whatIsNotThereIsRefused() {
        assertThat(gantry("build", "nowhere")).isEqualTo(1);
        assertThat(err()).contains("build nowhere: there is no such directory");
        file("app/x", "");
        assertThat(gantry("build", "app")).isEqualTo(1);
        assertThat(err()).contains("name the Dockerfile with --file");
        assertThat(gantry("build", "https://example.com/x.git")).isEqualTo(1);
        assertThat(err()).contains("are not fetched in this version");
        assertThat(gantry("build", "--squash", "app")).isEqualTo(125);
        assertThat(err()).contains("--squash is not in this version");
        assertThat(engine.lines()).isEmpty();
    }
}
