package dev.gantry.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    @ParameterizedTest
    @CsvSource({
        "debian, docker.io/library/debian:latest, debian:latest",
        "debian:12, docker.io/library/debian:12, debian:12",
        "docker.io/debian, docker.io/library/debian:latest, debian:latest",
        "index.docker.io/library/debian, docker.io/library/debian:latest, debian:latest",
        "bob/app, docker.io/bob/app:latest, bob/app:latest",
        "library/bob/app, docker.io/library/bob/app:latest, library/bob/app:latest",
        "localhost/app, localhost/app:latest, localhost/app:latest",
        "localhost:5000/app, localhost:5000/app:latest, localhost:5000/app:latest",
        "quay.io/a/b__c/d-e:V1.2_3, quay.io/a/b__c/d-e:V1.2_3, quay.io/a/b__c/d-e:V1.2_3",
        "Host/app, Host/app:latest, Host/app:latest",
        "[fd00::1]:5000/app:x, [fd00::1]:5000/app:x, [fd00::1]:5000/app:x",
        "docker.io/foo.com/bar, docker.io/foo.com/bar:latest, docker.io/foo.com/bar:latest",
        "docker.io/localhost/bar, docker.io/localhost/bar:latest, docker.io/localhost/bar:latest",
    })
    void whatIsLeftOutIsFilledInAndLeftOutAgain(String text, String full, String familiar) {
        Reference r = Reference.parse(text);
        assertThat(r.toString()).isEqualTo(full);
        assertThat(r.familiar()).isEqualTo(familiar);
        assertThat(Reference.parse(full)).isEqualTo(r);
        assertThat(Reference.parse(familiar)).isEqualTo(r);
    }

    @Test
    void aDigestWinsOverTheTagBesideIt() {
        Reference r = Reference.parse("debian:12@sha256:" + HEX);
        assertThat(r).isEqualTo(new Reference.Pinned(Repository.parse("debian"), Digest.sha256(HEX)));
        assertThat(r.familiar()).isEqualTo("debian@sha256:" + HEX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "/",
                "a//b",
                "-a",
                "a-",
                "a..b",
                "a___b",
                ".a/b",
                "Debian",
                "debian:",
                "debian:-x",
                "debian@",
                "debian@md5:00",
                "debian@sha256:12",
                "a b",
                "a\nb",
                "ä",
                "host:99999999/app",
                "http://host/app",
                "app:" + "t:t",
                "..",
                "../../etc/passwd",
                HEX,
            })
    void whatIsNoReferenceIsRefusedInWords(String text) {
        assertThatThrownBy(() -> Reference.parse(text)).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void namesAreAtMost255CharactersAndTags128() {
        assertThat(Repository.parse("h.io/" + "a".repeat(250)).toString()).hasSize(255);
        assertThatThrownBy(() -> Repository.parse("h.io/" + "a".repeat(251))).isInstanceOf(InvalidArgument.class);
        Reference.parse("a:" + "t".repeat(128));
        assertThatThrownBy(() -> Reference.parse("a:" + "t".repeat(129))).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void anUpperCaseNameIsToldSo() {
        assertThatThrownBy(() -> Reference.parse("Debian"))
                .hasMessageContaining("invalid reference format: repository name (library/Debian) must be lowercase");
    }

    @Test
    void whateverParsesPrintsAndParsesToTheSame() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String alphabet = "abcz019A..__--::///@[]";
        String[] pieces = {
            "docker.io", "library", "localhost", "sha256:" + HEX, "@", ":", "/", "latest", "index.docker.io"
        };
        int parsed = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(7); n >= 0; n--) {
                text.append(
                        random.nextInt(3) == 0
                                ? pieces[random.nextInt(pieces.length)]
                                : String.valueOf(alphabet.charAt(random.nextInt(alphabet.length()))));
            }
            Reference r;
            try {
                r = Reference.parse(text.toString());
            } catch (InvalidArgument e) {
                continue;
            }
            parsed++;
            assertThat(Reference.parse(r.toString()))
                    .as("seed %d, %s", seed, text)
                    .isEqualTo(r);
            assertThat(Reference.parse(r.familiar()))
                    .as("seed %d, %s", seed, text)
                    .isEqualTo(r);
        }
        assertThat(parsed).as("seed %d", seed).isGreaterThan(1000);
    }
}
