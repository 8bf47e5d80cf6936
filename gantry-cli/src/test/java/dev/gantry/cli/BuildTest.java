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
        assertThat(gantry("build", "--output", "type=registry", "app")).isEqualTo(1);
        assertThat(err()).contains("there are image, tar, local, docker and oci");
        assertThat(gantry("build", "--secret", "id=x,env=NO_SUCH", "app")).isEqualTo(1);
        assertThat(err()).contains("name the Dockerfile");
        assertThat(gantry("build", "--squash", "app")).isEqualTo(125);
        assertThat(err()).contains("--squash is not in this version");
        assertThat(engine.lines()).isEmpty();
    }

    @Test
    void theEngineFetchesWhatIsElsewhere() {
        engine.answer("POST /build", 200, DONE);
        assertThat(gantry("build", "https://example.com/x.git#main:sub"))
                .as(err())
                .isZero();
        assertThat(asked()).contains("remote=https://example.com/x.git#main:sub");
    }

    private static String frames(Object... typesAndTexts) {
        var all = new StringBuilder();
        for (int i = 0; i < typesAndTexts.length; i += 2) {
            String text = (String) typesAndTexts[i + 1];
            all.append((char) (int) (Integer) typesAndTexts[i])
                    .append("\0\0\0\0\0\0")
                    .append((char) text.length());
            all.append(text);
        }
        return all.toString();
    }

    @Test
    void secretsAndFurtherDirectoriesGoInAParcelAndInNoAddress() {
        engine.answer("POST /build/parcel", 200, frames(2, "{\"stream\":\"told\\n\"}\n"));
        file("app/Dockerfile", "FROM busybox");
        file("more/file", "");
        file("key", "the secret");
        caller.environment.put("TOKEN", "word");
        assertThat(gantry(
                        "build",
                        "--secret",
                        "id=k,src=key",
                        "--secret",
                        "id=t,env=TOKEN",
                        "--build-context",
                        "lib=more",
                        "--build-context",
                        "base=docker-image://busybox",
                        "app"))
                .as(err())
                .isZero();
        assertThat(asked()).doesNotContain("secret").doesNotContain("word");
        assertThat(engine.bodyOf("POST /build/parcel"))
                .contains("\"k\":\"dGhlIHNlY3JldA==\"")
                .contains("\"directories\":[\"\",\"lib\"]")
                .contains("\"base\":\"docker-image://busybox\"");
        assertThat(out()).isEqualTo("told\n");
    }

    @Test
    void whatABuildGivesGoesWhereItBelongs() {
        engine.answer("POST /build/parcel", 200, frames(2, "{\"stream\":\"told\\n\"}\n", 1, "by", 1, "tes"));
        file("app/Dockerfile", "FROM busybox");
        assertThat(gantry("build", "-o", "-", "app")).as(err()).isZero();
        assertThat(out()).isEqualTo("bytes");
        assertThat(err()).contains("told");
        assertThat(asked()).contains("output=tar");
        assertThat(gantry("build", "-o", "type=oci,dest=x.tar", "app"))
                .as(err())
                .isZero();
        assertThat(new String(caller.files.get("/home/me/x.tar"), StandardCharsets.UTF_8))
                .isEqualTo("bytes");
        assertThat(gantry("build", "-o", "out", "app")).as(err()).isZero();
        assertThat(caller.log.toString()).contains("unpack");
    }

    @Test
    void aPlanIsPrintedAndNothingIsBuilt() {
        engine.answer("POST /build/parcel", 200, frames(1, "1 = image busybox\n"));
        file("app/Dockerfile", "FROM busybox");
        caller.terminals.add(Caller.Stream.OUT);
        assertThat(gantry("build", "--plan", "app")).as(err()).isZero();
        assertThat(out()).isEqualTo("1 = image busybox\n");
        assertThat(asked()).contains("output=plan");
        assertThat(gantry("build", "--check", "app")).isZero();
        assertThat(asked()).contains("output=check");
        assertThat(gantry("build", "-o", "-", "app")).as("an archive").isNotZero();
    }

    @Test
    void aBuildThatFailsGivesNothing() {
        engine.answer("POST /build/parcel", 200, frames(2, "{\"errorDetail\":{\"code\":9,\"message\":\"no\"}}\n"));
        file("app/Dockerfile", "FROM busybox");
        assertThat(gantry("build", "-o", "type=tar,dest=x.tar", "app")).isEqualTo(9);
        assertThat(caller.files).doesNotContainKey("/home/me/x.tar");
    }

    @Test
    void whatABuildBreaksOffIsAbandoned() {
        String failed = "{\"errorDetail\":{\"code\":9,\"message\":\"no\"}}\n";
        engine.answer("POST /build/parcel", 200, frames(1, "by", 2, failed));
        file("app/Dockerfile", "FROM busybox");
        assertThat(gantry("build", "-o", "type=tar,dest=x.tar", "app")).isNotZero();
        assertThat(caller.files).doesNotContainKey("/home/me/x.tar");
        assertThat(caller.log).contains("abandon /home/me/x.tar");
    }
}
