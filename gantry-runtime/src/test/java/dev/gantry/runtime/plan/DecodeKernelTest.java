package dev.gantry.runtime.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The shim's decoder against ours.
final class DecodeKernelTest {
    @TempDir
    Path directory;

    @Test
    void theShimPrintsWhatWePrint() throws Exception {
        long base = System.nanoTime();
        for (long seed = base; seed < base + 300; seed++) {
            LaunchPlan plan = RandomPlans.plan(seed);
            Process process = decode(PlanCodec.encode(plan));
            assertThat(Files.readString(directory.resolve("out")))
                    .as("seed %d", seed)
                    .isEqualTo(PlanText.decoded(plan));
            assertThat(process.exitValue()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void hostilePlansAreRefusedByBothOrByNone() throws Exception {
        long base = System.nanoTime();
        for (long seed = base; seed < base + 300; seed++) {
            byte[] bytes = PlanCodecTest.mutated(seed);
            Process process = decode(bytes);
            // 0 or 1 and words: a crash would be 128 and more
            assertThat(process.exitValue()).as("seed %d", seed).isBetween(0, 1);
            if (process.exitValue() == 1) {
                assertThat(Files.readString(directory.resolve("err")))
                        .as("seed %d", seed)
                        .startsWith("decode ");
            }
            if (ours(bytes)) {
                assertThat(process.exitValue()).as("seed %d", seed).isZero();
            }
        }
    }

    private static boolean ours(byte[] bytes) {
        try {
            PlanCodec.decode(bytes);
            return true;
        } catch (dev.gantry.base.InvalidArgument _) {
            return false; // the shim takes texts that are not UTF-8 and numbers where we want 0 or 1
        }
    }

    private Process decode(byte[] bytes) throws IOException, InterruptedException {
        Path plan = Files.write(directory.resolve("plan"), bytes);
        Process process = new ProcessBuilder(ShimLaunch.shim().toString(), "decode")
                .redirectInput(plan.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process;
    }
}
