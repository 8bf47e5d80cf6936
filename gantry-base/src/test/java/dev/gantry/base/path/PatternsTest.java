package dev.gantry.base.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternsTest {
    private static Patterns patterns(String... patterns) {
        return Patterns.of(List.of(patterns));
    }

    @ParameterizedTest
    @CsvSource({
        "a, a, true",
        "a, a/b, false",
        "/a/, a, true",
        "a/../b, b, true",
        "a*, abc, true",
        "a*, ab/c, false",
        "*/b, a/b, true",
        "*/b, b, false",
        "?, é, true",
        "?, /, false",
        "[a-c]x, bx, true",
        "[^a-c]x, bx, false",
        "[^a-c]x, dx, true",
        "[a\\-c], -, true",
        "\\*, *, true",
        "\\*, a, false",
        "**, a/b/c, true",
        "**/c, a/b/c, true",
        "**/c, c, true",
        "**/c, ac, false",
        "a/**, a/b, true",
        "a/**, a, false",
        "a/**/d, a/d, true",
        "a/**/d, a/b/c/d, true",
        "**/*.go, x/y.go, true",
        "**/*.go, y.go, true",
    })
    void aPatternFitsWholePaths(String pattern, String path, boolean fits) {
        assertThat(PathPattern.of(pattern).fits(path)).isEqualTo(fits);
    }

    @Test
    void whatIsSaidOfADirectoryIsSaidOfAllBelowIt() {
        Patterns ignored = patterns("target", "*.log", "**/tmp");
        assertThat(ignored.matches("target")).isTrue();
        assertThat(ignored.matches("target/a/b")).isTrue();
        assertThat(ignored.matches("targets")).isFalse();
        assertThat(ignored.matches("x.log/y")).isTrue();
        assertThat(ignored.matches("a/x.log")).isFalse();
        assertThat(ignored.matches("a/tmp/b")).isTrue();
        assertThat(ignored.mayDifferBelow("target")).isFalse();
        assertThat(ignored.mayDifferBelow("a")).as("a/tmp").isTrue();
        assertThat(ignored.mayDifferBelow("")).isTrue();
        assertThat(patterns("a/b").mayDifferBelow("c")).isFalse();
        assertThat(Patterns.NONE.mayDifferBelow("")).isFalse();
    }

    @Test
    void theLastPatternThatMeansAPathDecides() {
        Patterns ignored = patterns("*", "!src", "src/*.tmp", "!src/keep.tmp");
        assertThat(ignored.matches("README")).isTrue();
        assertThat(ignored.matches("src/a")).isFalse();
        assertThat(ignored.matches("src/a.tmp")).isTrue();
        assertThat(ignored.matches("src/keep.tmp")).isFalse();
        assertThat(patterns("a", "!a/b/c").mayDifferBelow("a/b")).isTrue();
        assertThat(patterns("a", "!a/b/c").mayDifferBelow("a/x")).isFalse();
        assertThat(patterns("!a", "a").matches("a/b")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[a", "a\\", "[]", "[b-a]", "!"})
    void whatIsMalformedIsRefused(String pattern) {
        assertThatThrownBy(() -> patterns(pattern)).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void aPatternMadeToBeSlowIsNot() {
        PathPattern slow = PathPattern.of("**/a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
        assertThat(slow.fits("a".repeat(4000))).isFalse();
        assertThat(slow.fits("a/".repeat(2000) + "a")).isFalse();
    }

    @Test
    void anIgnoreFileHasCommentsBlanksAndAMarkAtItsBeginning() {
        assertThat(IgnoreFile.read("\uFEFF# no\n\n  a  \r\n.\n! b/\n#c\n")).containsExactly("a", ".", "! b/");
        assertThat(Patterns.of(IgnoreFile.read(".")).isEmpty()).isTrue();
        assertThat(IgnoreFile.names("build/Dockerfile"))
                .containsExactly("build/Dockerfile.dockerignore", ".dockerignore");
    }
}
