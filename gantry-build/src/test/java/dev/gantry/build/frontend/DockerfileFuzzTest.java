package dev.gantry.build.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Platform;
import dev.gantry.build.graph.Files;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever a Dockerfile has in it, it becomes a plan or is refused in words, with the place of what is wrong.
class DockerfileFuzzTest {
    private static final List<String> PIECES = List.of(
            "\n",
            "\\\n",
            " ",
            "\t",
            "\"",
            "'",
            "$",
            "${",
            "}",
            ":-",
            "#",
            "%",
            "/",
            "//",
            "[",
            "]",
            ",",
            "=",
            "--",
            "<<EOF",
            "EOF\n",
            "<<-",
            "\\",
            "`",
            "*",
            "**",
            "?",
            "!",
            "FROM ",
            "ONBUILD ",
            "AS ",
            "--mount=",
            "type=",
            "\u0000",
            "\uD800",
            "\uFEFF",
            "\r\n",
            "# escape=`\n",
            "9999999999999",
            "../..",
            "@",
            "HEALTHCHECK ",
            "COPY ",
            "{\"a\":",
            "\\u12");

    private static final Pattern PLACE = Pattern.compile("read the Dockerfile at [0-9]+:[0-9]+");

    /// The same ones each time.
    @Test
    @Timeout(300)
    void whatIsAlmostRightIsReadOrRefused() {
        fuzz(new Random(20_261_122), 4000);
    }

    /// Other ones each time, for `FUZZ_SECONDS`.
    @Test
    @Tag("fuzz")
    void whateverIsWrittenIsReadOrRefused() {
        long seed = Long.getLong("gantry.seed", System.nanoTime());
        int seconds = Integer.parseInt(System.getenv().getOrDefault("FUZZ_SECONDS", "30"));
        System.out.println("fuzz seed: -Dgantry.seed=" + seed);
        Random random = new Random(seed);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < end) {
            fuzz(random, 500);
        }
    }

    private static void fuzz(Random random, int count) {
        List<Corpus.Case> cases = Corpus.cases();
        for (int i = 0; i < count; i++) {
            String text = cases.get(random.nextInt(cases.size())).dockerfile();
            if (random.nextInt(4) == 0) {
                text += cases.get(random.nextInt(cases.size())).dockerfile();
            }
            mustBeReadOrRefused(changed(text, random));
        }
    }

    private static String changed(String text, Random random) {
        StringBuilder changed = new StringBuilder(text);
        for (int n = random.nextInt(6); n >= 0; n--) {
            int at = random.nextInt(changed.length() + 1);
            int end = Math.min(changed.length(), at + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> changed.delete(at, end);
                case 1 -> changed.insert(at, changed.substring(at, end));
                case 2 -> changed.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                default -> changed.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
            }
        }
        return changed.toString();
    }

    private static void mustBeReadOrRefused(String text) {
        Wishes wishes = Wishes.on(new Platform("linux", "amd64", ""))
                .context(new Context.Local("context", List.of()))
                .build();
        try {
            Planned planned = DockerfileFrontend.plan(text, wishes, new InMemoryBases());
            assertThat(planned.image().root()).isInstanceOf(Files.class);
        } catch (InvalidArgument e) {
            assertThat(PLACE.matcher(e.getMessage()).find()
                            || e.what().contains("SOURCE_DATE_EPOCH")
                            || e.why().contains("lint violation"))
                    .as("a place in: " + e.getMessage())
                    .isTrue();
        } catch (GantryException e) {
            assertThat(e).isNotInstanceOf(Internal.class);
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("it failed on:\n" + text, e);
        }
    }

    @ParameterizedTest
    @Timeout(300)
    @ValueSource(
            strings = {
                "ONBUILD ",
                "ENV a=${a:-",
                "ENV a=\"${a:-\"",
                "RUN [",
                "RUN [[",
                "RUN {\"a\":",
                "LABEL a=b \\\n",
                "RUN <<A\n",
                "ENV a=$a$a$a$a\n",
                "ENV a=${a//*a*a*a/$a$a}\n",
                "ENV a=aaaaaaaaaaaaaaaaa${a#*a*a*a*b}\n",
                "COPY **/**/**/**/* /\n",
                "COPY --exclude=[ ",
                "COPY a a",
                "FROM busybox\n",
                "FROM a AS a\n",
                "FROM scratch AS s\nRUN --mount=from=s,target=/a b\n",
                "ARG a=b\n",
                "ENV a b\n",
                "WORKDIR a\n",
                "EXPOSE 1-65535\n",
                "RUN --mount=type=cache,target=/a ",
                "HEALTHCHECK --interval=1s",
                "\\\n",
                "# a\n",
                "#",
                "\"",
                "'",
                "$"
            })
    void muchOfTheSameIsReadOrRefused(String piece) {
        mustBeReadOrRefused("FROM busybox\nENV a=aaaa\n" + piece.repeat(3000));
        mustBeReadOrRefused("FROM busybox\nRUN " + piece.repeat(3000));
        mustBeReadOrRefused(piece.repeat(3000));
        mustBeReadOrRefused("FROM busybox AS a\n" + piece.repeat(200_000 / piece.length()));
    }

    @Test
    void whatIsTooLargeIsRefused() {
        mustBeReadOrRefused("FROM busybox\nRUN " + "a".repeat(5 << 20));
        mustBeReadOrRefused("FROM busybox\n" + "USER a\n".repeat(20_000));
    }
}
