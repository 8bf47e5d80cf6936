package dev.gantry.java;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuntimesTest {
    private final MemoryFiles files = new MemoryFiles();
    private int runs;

    /// A jlink that refuses a directory that is there, as the real one does.
    private final class Jdk implements Runtimes.Jdk {
        private final boolean interrupted;

        Jdk(boolean interrupted) {
            this.interrupted = interrupted;
        }

        @Override
        public String version() {
            return "25";
        }

        @Override
        public int run(String tool, List<String> arguments, OutputStream printed) {
            runs++;
            String output = arguments.getLast();
            if (!files.names(output).isEmpty()) {
                return 1;
            }
            files.file(output + "/bin/java", "java");
            if (interrupted) {
                return 130;
            }
            files.file(output + "/release", "25");
            return 0;
        }

        @Override
        public void write(String path, String text) {
            files.file(path, text);
        }
    }

    private JavaRuntime made(boolean interrupted) {
        return new Runtimes(files, new Jdk(interrupted), "/target").linked("java.base");
    }

    @Test
    void whatAnInterruptedJlinkHasLeftIsInNobodysWay() {
        assertThatThrownBy(() -> made(true)).isInstanceOf(InvalidArgument.class);
        JavaRuntime runtime = made(false);
        assertThat(runtime.layer().files()).hasSize(2);
        assertThat(made(false).layer().files()).isEqualTo(runtime.layer().files());
        assertThat(runs).as("once for each set of modules").isEqualTo(2);
    }
}
