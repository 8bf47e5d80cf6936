package dev.gantry.build.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.build.check.Rule;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusTest {
    static List<Corpus.Case> cases() {
        return Corpus.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachDockerfileBecomesWhatIsExpected(Corpus.Case one) {
        assertThat(Corpus.actual(one)).isEqualTo(one.expected());
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
