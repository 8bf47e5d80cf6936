package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Flag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Each flag of the docker client is here under the same name and letter and is read in the same way, or is known to
/// be missing.
class DockerFlagsTest extends CommandTest {
    /// Missing outside of `run` and `create`, whose own list refuses them in words.
    private static final Set<String> MISSING =
            Set.of("pull --disable-content-trust", "rmi --platform", "exec --help", "run --help", "create --help");

    @Test
    void flagsAreThoseOfTheDockerClient() throws IOException {
        Map<String, CommandLine> lines = new Commands(new Extras(null, null, null, null))
                .all()
                .map(Command::line)
                .collect(Collectors.toMap(CommandLine::command, Function.identity()));
        Set<String> wrong = new TreeSet<>();
        for (String row : rows()) {
            String[] columns = row.split("\t", -1);
            String name = columns[0] + " --" + columns[1];
            CommandLine line = lines.get(columns[0]);
            if (line.isNotYet(columns[1]) || MISSING.contains(name)) {
                continue;
            }
            Flag flag = line.flag(columns[1]).orElse(null);
            if (flag == null) {
                wrong.add(name + " is missing");
                continue;
            }
            boolean otherName = !flag.name().equals(columns[1]);
            String letter = flag.letter() == 0 ? "" : String.valueOf(flag.letter());
            if (!otherName && !letter.equals(columns[2])) {
                wrong.add(name + " has the letter '" + letter + "', not '" + columns[2] + "'");
            }
            String kind = flag.kind().name().toLowerCase(java.util.Locale.ROOT);
            if (!kind.equals(columns[3])) {
                wrong.add(name + " is a " + kind + ", not a " + columns[3]);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void flagsThatAreMissingAreRefusedInWords() {
        for (String flag : List.of("--isolation", "--storage-opt")) {
            caller.err.reset();
            assertThat(gantry("run", flag, "x", "image")).isEqualTo(125);
            assertThat(err()).contains(flag + " is not in this version");
        }
    }

    @Test
    void helpShowsNoFlagThatIsRefused() {
        for (List<String> command :
                List.of(List.of("run", "--help"), List.of("update", "--help"), List.of("ps", "--help"))) {
            assertThat(gantry(command.toArray(String[]::new))).isZero();
        }
        assertThat(out()).doesNotContain("--storage-opt", "--isolation");
        assertThat(gantry("update", "--blkio-weight", "3", "c")).isNotZero();
        assertThat(err()).contains("--blkio-weight is not in this version");
    }

    private static List<String> rows() throws IOException {
        try (InputStream in = DockerFlagsTest.class.getResourceAsStream("docker-flags.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .toList();
        }
    }
}
