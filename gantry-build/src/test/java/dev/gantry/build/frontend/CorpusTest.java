package dev.gantry.build.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.build.check.Rule;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusTest {
    private static final Pattern PLACED =
            Pattern.compile("InvalidArgument read the Dockerfile at (\\d+):(\\d+): \\S.*: \\S.*", Pattern.DOTALL);
    private static final Pattern FAULT = Pattern.compile("(InvalidArgument|NotFound|Forbidden|Unsupported|Conflict) ");

    static List<Corpus.Case> cases() {
        return Corpus.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachDockerfileBecomesWhatIsExpected(Corpus.Case one) {
        assertThat(Corpus.actual(one)).isEqualTo(one.expected());
    }

    /// What was wrong with more than a place of the text is told with what it is about.
    @Test
    void eachMalformedDockerfileGetsItsLineItsColumnAndWhatWasExpected() {
        int placed = 0;
        for (Corpus.Case one : cases()) {
            String words = one.expected();
            if (words.startsWith("InvalidArgument read the Dockerfile")) {
                Matcher told = PLACED.matcher(words);
                assertThat(told.matches()).as("%s: %s", one, words).isTrue();
                List<String> lines = one.dockerfile().lines().toList();
                int line = Integer.parseInt(told.group(1));
                assertThat(line).as("line of %s", one).isBetween(1, Math.max(1, lines.size()));
                int length = lines.isEmpty() ? 0 : lines.get(line - 1).length();
                assertThat(Integer.parseInt(told.group(2)))
                        .as("column of %s", one)
                        .isBetween(1, length + 1);
                placed++;
            } else if (FAULT.matcher(words).lookingAt()) {
                assertThat(words).as("%s", one).matches("(?s)\\w+ [^:]+.*: .+: .+");
            }
        }
        assertThat(placed).as("malformed Dockerfiles").isGreaterThan(80);
    }

    /// The rows are those of `rows.tsv`: instruction, item, and who shows it when it is not here.
    @Test
    void eachRowOfTheContractHasADockerfile() {
        Set<String> rows = new TreeSet<>();
        Set<String> here = new TreeSet<>();
        Corpus.read("rows.tsv").lines().skip(1).forEach(line -> {
            String[] columns = line.split("\t", -1);
            rows.add(columns[0] + "/" + columns[1]);
            if (columns[2].isEmpty()) {
                here.add(columns[0] + "/" + columns[1]);
            }
        });
        Set<String> named =
                cases().stream().flatMap(c -> c.rows().stream()).collect(Collectors.toCollection(TreeSet::new));
        assertThat(rows).as("rows that cases name are in the table").containsAll(named);
        here.removeAll(named);
        assertThat(here).as("rows that no case names").isEmpty();
    }

    @Test
    void eachRuleFindsSomethingSomewhere() {
        String found = cases().stream().map(Corpus.Case::expected).collect(Collectors.joining("\n"));
        Stream<String> rules = Arrays.stream(Rule.values()).map(Rule::wireName);
        assertThat(rules.filter(r -> !found.contains(" " + r + ": "))).isEmpty();
    }

    @Test
    void titlesAreUnique() {
        assertThat(cases().stream().map(Corpus.Case::title)).doesNotHaveDuplicates();
    }
}
