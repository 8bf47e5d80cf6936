package dev.gantry.runtime.plan;

import dev.gantry.base.InvalidArgument;
import dev.gantry.runtime.plan.Step.Where;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A plan as bytes, as `docs/shim-protocol.md` §Plan lays them out, and back. Both directions refuse what the shim
/// would refuse, so that a mistake is found where the plan was made.
public final class PlanCodec {
    static final int MAGIC = 0x31505347;
    static final int VERSION = 1;
    private static final int HEADER = 8;
    private static final int STEP_HEADER = 8;

    /// The shim takes no longer frame than this.
    public static final int MAX_BYTES = 16 << 20;

    private PlanCodec() {}

    public static byte[] encode(LaunchPlan plan) {
        List<Step> steps = plan.steps();
        if (steps.size() > 0xffff) {
            throw refused("encode", "it has " + steps.size() + " steps, a plan holds 65535");
        }
        var out = new Writer();
        out.putInt(MAGIC);
        out.putShort(VERSION);
        out.putShort(steps.size());
        var order = new Order();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            Op op = Op.of(step);
            List<Field> fields = Field.of(step);
            order.check("encode", i, op, step.where(), fields);
            out.step(op, step.where(), fields);
        }
        return out.bytes();
    }

    public static LaunchPlan decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < HEADER || in.getInt() != MAGIC || in.getShort() != VERSION) {
            throw refused("decode", "it does not begin as a plan of version " + VERSION);
        }
        int count = Short.toUnsignedInt(in.getShort());
        var steps = new ArrayList<Step>();
        var order = new Order();
        for (int i = 0; i < count; i++) {
            steps.add(decodeStep(in, i, order));
        }
        if (in.hasRemaining()) {
            throw refused("decode", in.remaining() + " bytes follow its last step");
        }
        return new LaunchPlan(steps);
    }

    private static Step decodeStep(ByteBuffer in, int index, Order order) {
        if (in.remaining() < STEP_HEADER) {
            throw refused("decode", "step " + index + " has no whole header");
        }
        int number = Short.toUnsignedInt(in.getShort());
        int at = Byte.toUnsignedInt(in.get());
        byte zero = in.get();
        long size = Integer.toUnsignedLong(in.getInt());
        Op op = Op.numbered(number)
                .orElseThrow(() -> refused("decode", "step " + index + " is the unknown operation " + number));
        if (zero != 0 || at >= Where.values().length || size > in.remaining()) {
            throw refused("decode", "step " + index + " has a header that cannot be");
        }
        Where where = Where.values()[at];
        ByteBuffer own = in.slice(in.position(), (int) size).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + (int) size);
        var reader = new Reader(own, index);
        Step step = Field.step(op, where, reader);
        if (own.hasRemaining()) {
            throw refused("decode", "step " + index + " is longer than its fields");
        }
        order.check("decode", index, op, where, Field.of(step));
        return step;
    }

    private static InvalidArgument refused(String verb, String why) {
        return new InvalidArgument(verb + " launch plan", why, "report this as a bug of the planner");
    }

    /// What holds between steps: the times never go back, and a slot is filled once, before it is named.
    private static final class Order {
        private Where last = Where.WATCH;
        private long filled;
        private long attached;

        void check(String verb, int index, Op op, Where where, List<Field> fields) {
            if (!op.allowedAt(where)) {
                throw refused(verb, "step " + index + ", " + op + ", cannot be done in " + where);
            }
            if (where.compareTo(last) < 0) {
                throw refused(verb, "step " + index + ", " + op + ", belongs before the step it follows");
            }
            last = where;
            for (int i = 0; i < fields.size(); i++) {
                char letter = op.letters().charAt(i);
                if (fields.get(i) instanceof Field.Number(long value) && letter != 'u') {
                    slot(verb, "step " + index + ", " + op + ", ", letter, value);
                }
            }
        }

        private void slot(String verb, String step, char letter, long value) {
            long slot = letter == 'V' ? value - 1 : value;
            if (letter == 'V' && value == 0) {
                return;
            }
            if (slot < 0 || slot > 63) {
                throw refused(verb, step + "names the slot " + slot + ", there are 0 to 63");
            }
            boolean full = (filled >>> slot & 1) != 0;
            if (full == (letter == 'F')) {
                throw refused(verb, step + (full ? "fills slot " + slot + " again" : "names the empty slot " + slot));
            }
            if (letter == 'M' && (attached >>> slot & 1) != 0) {
                throw refused(verb, step + "attaches the mount of slot " + slot + " again");
            }
            filled |= 1L << slot;
            attached |= letter == 'M' ? 1L << slot : 0;
        }
    }

    private static final class Writer {
        private final CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
        private ByteBuffer out = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);

        void step(Op op, Where where, List<Field> fields) {
            putShort(op.number());
            room(6);
            out.put((byte) where.ordinal());
            out.put((byte) 0);
            out.putInt(0);
            int start = out.position();
            for (Field field : fields) {
                put(field);
            }
            out.putInt(start - 4, out.position() - start);
        }

        private void put(Field field) {
            switch (field) {
                case Field.Number(long value) -> {
                    room(8);
                    out.putLong(value);
                }
                case Field.Text(String value) -> put(value);
                case Field.Bytes(byte[] value) -> {
                    putInt(value.length);
                    room(value.length);
                    out.put(value);
                }
                case Field.Texts(List<String> values) -> {
                    putInt(values.size());
                    values.forEach(this::put);
                }
            }
        }

        private void put(String value) {
            if (value.indexOf('\0') >= 0) {
                throw refused("encode", "the text " + PlanText.quoted(value) + " holds a NUL");
            }
            room(value.length() * 3L + 5);
            int start = out.position();
            out.position(start + 4);
            var result = utf8.reset().encode(CharBuffer.wrap(value), out, true);
            if (result.isError()) {
                throw refused("encode", "the text " + PlanText.quoted(value) + " is not Unicode");
            }
            out.putInt(start, out.position() - start - 4);
            out.put((byte) 0);
        }

        void putInt(int value) {
            room(4);
            out.putInt(value);
        }

        void putShort(int value) {
            room(2);
            out.putShort((short) value);
        }

        private void room(long more) {
            long need = out.position() + more;
            if (need > 3L * MAX_BYTES) {
                throw refused("encode", "it is longer than " + MAX_BYTES + " bytes");
            }
            if (need > out.capacity()) {
                ByteBuffer wider = ByteBuffer.allocate((int) Math.max(need, 2L * out.capacity()))
                        .order(ByteOrder.LITTLE_ENDIAN);
                out = wider.put(out.flip());
            }
        }

        byte[] bytes() {
            if (out.position() > MAX_BYTES) {
                throw refused("encode", "it is longer than " + MAX_BYTES + " bytes");
            }
            byte[] bytes = new byte[out.position()];
            out.flip().get(bytes);
            return bytes;
        }
    }

    private record Reader(ByteBuffer in, int step) implements Field.Fields {
        @Override
        public long n() {
            need(8);
            return in.getLong();
        }

        @Override
        public boolean flag() {
            long value = n();
            if (value != 0 && value != 1) {
                throw refused("decode", "step " + step + " has " + value + " where 0 or 1 belongs");
            }
            return value == 1;
        }

        @Override
        public String s() {
            int size = size();
            need(size + 1L);
            ByteBuffer text = in.slice(in.position(), size);
            in.position(in.position() + size);
            if (in.get() != 0) {
                throw refused("decode", "step " + step + " has a text without its end");
            }
            try {
                String value = StandardCharsets.UTF_8.newDecoder().decode(text).toString();
                if (value.indexOf('\0') >= 0) {
                    throw refused("decode", "step " + step + " has a text that holds a NUL");
                }
                return value;
            } catch (CharacterCodingException e) {
                throw new InvalidArgument(
                        "decode launch plan", "step " + step + " has a text that is not UTF-8", "encode it again", e);
            }
        }

        @Override
        public byte[] b() {
            int size = size();
            need(size);
            byte[] bytes = new byte[size];
            in.get(bytes);
            return bytes;
        }

        @Override
        public List<String> l() {
            int count = size();
            var texts = new ArrayList<String>();
            for (int i = 0; i < count; i++) {
                texts.add(s());
            }
            return texts;
        }

        private int size() {
            need(4);
            int size = in.getInt();
            if (size < 0) {
                throw refused("decode", "step " + step + " is longer than its plan");
            }
            return size;
        }

        private void need(long bytes) {
            if (in.remaining() < bytes) {
                throw refused("decode", "step " + step + " is shorter than its fields");
            }
        }
    }
}
