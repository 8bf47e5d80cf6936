package dev.gantry.runtime.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// Plans that obey the grammar of the protocol and make no other sense.
final class RandomPlans {
    private final Random random;
    private final List<Integer> filled = new ArrayList<>();
    private final List<Integer> loose = new ArrayList<>();
    private final List<Integer> free =
            new ArrayList<>(IntStream.range(0, 64).boxed().toList());

    private RandomPlans(long seed) {
        random = new Random(seed);
    }

    static LaunchPlan plan(long seed) {
        return new RandomPlans(seed).plan();
    }

    private LaunchPlan plan() {
        var steps = new ArrayList<Step>();
        Op[] ops = random.ints(random.nextInt(40), 0, Op.values().length)
                .mapToObj(i -> Op.values()[i])
                .toArray(Op[]::new);
        Arrays.sort(ops, Comparator.comparing(Op::where));
        for (Op op : ops) {
            boolean fills = op.letters().contains("F");
            boolean names = op.letters().contains("U");
            boolean attaches = op.letters().contains("M");
            if (fills && free.isEmpty() || names && filled.isEmpty() || attaches && loose.isEmpty()) {
                continue;
            }
            // A settle step between prepare steps would be out of order; CGROUP_SET sorts with PREPARE.
            steps.add(Field.step(op, op.where(), new Fields(op)));
        }
        return new LaunchPlan(steps);
    }

    /// Fields by the letters of an operation, whatever the mapping asks for.
    private final class Fields implements Field.Fields {
        private final String letters;
        private int at;

        Fields(Op op) {
            letters = op.letters();
        }

        @Override
        public long n() {
            return switch (letters.charAt(at++)) {
                case 'F' -> {
                    Integer slot = free.remove(random.nextInt(free.size()));
                    filled.add(slot);
                    loose.add(slot);
                    yield slot;
                }
                case 'M' -> loose.removeLast();
                case 'U' -> filled.get(random.nextInt(filled.size()));
                case 'V' -> filled.isEmpty() || random.nextBoolean() ? 0 : filled.getFirst() + 1;
                default -> random.nextBoolean() ? random.nextInt(1 << 16) : random.nextLong();
            };
        }

        @Override
        public boolean flag() {
            at++;
            return random.nextBoolean();
        }

        @Override
        public String s() {
            at++;
            return text();
        }

        @Override
        public byte[] b() {
            at++;
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            return bytes;
        }

        @Override
        public List<String> l() {
            at++;
            return IntStream.range(0, random.nextInt(5)).mapToObj(_ -> text()).toList();
        }

        private String text() {
            int[] points = random.ints(random.nextInt(12), 1, 0x2500).toArray();
            int[] ascii = random.ints(random.nextInt(12), 1, 0x80).toArray();
            return new String(points, 0, points.length) + "\"\\" + new String(ascii, 0, ascii.length);
        }
    }
}
