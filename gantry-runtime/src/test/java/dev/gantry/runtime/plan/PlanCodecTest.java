package dev.gantry.runtime.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.gantry.base.InvalidArgument;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PlanCodecTest {
    @Test
    void aPlanIsTheBytesOfTheProtocol() {
        byte[] bytes = PlanCodec.encode(new LaunchPlan(List.of(new Step.Hostname("web"), new Step.Pivot())));

        assertThat(bytes).isEqualTo(new byte[] {
            'G', 'S', 'P', '1', 1, 0, 2, 0, //
            61, 0, 3, 0, 8, 0, 0, 0, 3, 0, 0, 0, 'w', 'e', 'b', 0, //
            57, 0, 3, 0, 0, 0, 0, 0
        });
    }

    @Test
    void decodingGivesBackWhatWasEncoded() {
        for (long seed = 0; seed < 2000; seed++) {
            LaunchPlan plan = RandomPlans.plan(seed);
            assertThat(PlanCodec.decode(PlanCodec.encode(plan)))
                    .as("seed %d", seed)
                    .isEqualTo(plan);
        }
    }

    @Test
    void hostileBytesAreRefusedAndNothingWorse() {
        long base = System.nanoTime();
        for (long seed = base; seed < base + 20_000; seed++) {
            byte[] bytes = mutated(seed);
            try {
                LaunchPlan plan = PlanCodec.decode(bytes);
                assertThat(PlanCodec.encode(plan)).as("seed %d", seed).isEqualTo(bytes);
            } catch (InvalidArgument expected) {
                assertThat(expected.getMessage()).contains("launch plan");
            } catch (RuntimeException e) {
                fail("seed " + seed, e);
            }
        }
    }

    @Test
    void everyShorterPlanIsRefused() {
        byte[] bytes = PlanCodec.encode(RandomPlans.plan(7));
        for (int length = 0; length < bytes.length; length++) {
            byte[] shorter = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> PlanCodec.decode(shorter)).isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void aStepBeforeItsTimeIsRefused() {
        refuses("belongs before", new Step.Pivot(), new Step.Log(Step.Log.JSON_FILE, "/l", 0, 0, false));
        refuses("cannot be done", new Step.CgroupSet(Step.Where.CHILD, 0, "a", "b"));
    }

    @Test
    void slotsAreFilledOnceAndBeforeUse() {
        refuses("names the empty slot 3", new Step.CgroupJoin(3));
        refuses("fills slot 3 again", new Step.OpenCgroup(3, "/a"), new Step.OpenCgroup(3, "/b"));
        refuses(
                "attaches the mount of slot 3 again",
                new Step.OpenTree(3, "/a", 0),
                new Step.Root(3, "/"),
                new Step.Bind(3, "/b", 0, 0, 0));
        refuses("slot 64", new Step.OpenCgroup(64, "/a"));
        refuses("names the empty slot 0", new Step.Clone(0, 1));
    }

    @Test
    void aTextWithANulIsRefused() {
        refuses("holds a NUL", new Step.Hostname("a\0b"));
        refuses("not Unicode", new Step.Hostname("\ud800"));
    }

    private static void refuses(String why, Step... steps) {
        assertThatThrownBy(() -> PlanCodec.encode(new LaunchPlan(List.of(steps))))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining(why);
    }

    static byte[] mutated(long seed) {
        var random = new Random(seed);
        byte[] bytes = PlanCodec.encode(RandomPlans.plan(seed));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) 0xff;
                default -> bytes = Arrays.copyOf(bytes, Math.max(8, at));
            }
        }
        return bytes;
    }
}
