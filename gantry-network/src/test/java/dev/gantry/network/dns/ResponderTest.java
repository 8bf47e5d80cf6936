package dev.gantry.network.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.network.address.Ip;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponderTest {
    private static final Ip FOUR = Ip.parse("10.1.0.2");
    private static final Ip SIX = Ip.parse("fd00:1::2");
    private static final Map<String, List<Ip>> NAMES = Map.of(
            "Web", List.of(FOUR, SIX),
            "web.front", List.of(FOUR, SIX),
            "many",
                    IntStream.range(1, 120)
                            .mapToObj(i -> Ip.parse("10.2.0." + i))
                            .toList());
    private static final NameView VIEW =
            new NameView(NAMES, Map.of(FOUR, "web.front", SIX, "web.front"), List.of(Ip.parse("192.0.2.53")));
    private static final NameView INTERNAL = new NameView(NAMES, Map.of(), List.of());

    private final byte[] out = new byte[4096];

    private byte[] answer(NameView view, byte[] query) {
        int length = Responder.answer(view, query, query.length, out, true, 0);
        assertThat(length).isPositive();
        return Arrays.copyOf(out, length);
    }

    @Test
    void aNameHasTheAddressesOfTheKindAskedFor() {
        assertThat(Query.records(answer(VIEW, Query.of(1, "web", Question.A)))).containsExactly("10.1.0.2");
        assertThat(Query.records(answer(VIEW, Query.of(1, "web", Question.AAAA))))
                .containsExactly("fd00:1::2");
        assertThat(Query.records(answer(VIEW, Query.of(1, "web.front", Question.ANY))))
                .containsExactly("10.1.0.2", "fd00:1::2");
    }

    @Test
    void lettersOfBothCasesAreTheSameAndComeBackAsTheyWere() {
        byte[] query = Query.of(7, "wEb", Question.A);
        byte[] answer = answer(VIEW, query);
        assertThat(Query.records(answer)).containsExactly("10.1.0.2");
        assertThat(Arrays.copyOfRange(answer, 12, query.length)).isEqualTo(Arrays.copyOfRange(query, 12, query.length));
        assertThat(Wire.u16(answer, 0)).isEqualTo(7);
        assertThat(Wire.u16(answer, 2)).isEqualTo(Wire.QR | Wire.RA | Wire.RD);
    }

    @Test
    void aKnownNameWithoutTheKindAskedForExistsAllTheSame() {
        byte[] answer = answer(VIEW, Query.of(1, "many", Question.AAAA));
        assertThat(Query.code(answer)).isEqualTo(Wire.NOERROR);
        assertThat(Query.records(answer)).isEmpty();
        assertThat(Query.code(answer(VIEW, Query.of(1, "web", 15)))).isEqualTo(Wire.NOERROR);
    }

    @Test
    void anAddressHasAName() {
        assertThat(Query.records(answer(VIEW, Query.of(1, "2.0.1.10.in-addr.arpa", Question.PTR))))
                .containsExactly("web.front");
        String six = "2" + ".0".repeat(23) + ".1.0.0.0.0.0.d.f.ip6.arpa";
        assertThat(Responder.reversed(six)).isEqualTo(SIX);
        assertThat(Query.records(answer(VIEW, Query.of(1, six.toUpperCase(java.util.Locale.ROOT), Question.PTR))))
                .containsExactly("web.front");
        for (String bad :
                List.of("2.0.1.10.10.in-addr.arpa", "x.0.1.10.in-addr.arpa", six.replace('d', 'g'), "ip6.arpa")) {
            assertThat(Responder.reversed(bad)).isNull();
        }
    }

    @Test
    void theRestIsForwardedUnlessThereIsNowhereToForwardTo() {
        byte[] query = Query.of(1, "example.org", Question.A);
        assertThat(Responder.answer(VIEW, query, query.length, out, true, 0)).isEqualTo(Responder.FORWARD);
        assertThat(Query.code(answer(INTERNAL, query))).isEqualTo(Wire.NXDOMAIN);
        byte[] dotted = Query.of(1, "web" + "x", Question.A);
        dotted[13 + 2] = '.'; // one label "we.x", which is not "we" in "x"
        assertThat(Responder.answer(VIEW, dotted, dotted.length, out, true, 0)).isEqualTo(Responder.FORWARD);
    }

    @Test
    void whatDoesNotFitIsCutAndSaysSo() {
        byte[] plain = answer(VIEW, Query.of(1, "many", Question.A));
        assertThat(plain.length).isLessThanOrEqualTo(512);
        assertThat(Wire.u16(plain, 2) & Wire.TC).isNotZero();
        byte[] extended = answer(VIEW, Query.of(1, "many", Question.A, 4096));
        assertThat(Wire.u16(extended, 2) & Wire.TC).isZero();
        assertThat(Query.records(extended)).hasSize(119);
        assertThat(Wire.u16(extended, 10))
                .as("an OPT record is answered by one")
                .isEqualTo(1);
        byte[] query = Query.of(1, "many", Question.A);
        byte[] stream = new byte[65_535];
        int length = Responder.answer(VIEW, query, query.length, stream, false, 0);
        assertThat(Query.records(Arrays.copyOf(stream, length))).hasSize(119);
    }

    @Test
    void everyAddressHasItsTurnToBeTheFirst() {
        byte[] query = Query.of(1, "many", Question.A, 4096);
        int length = Responder.answer(VIEW, query, query.length, out, true, 5);
        assertThat(Query.records(Arrays.copyOf(out, length)).getFirst()).isEqualTo("10.2.0.6");
        length = Responder.answer(VIEW, query, query.length, out, true, -1);
        assertThat(Query.records(Arrays.copyOf(out, length)).getFirst()).isEqualTo("10.2.0.119");
    }

    @Test
    void whatIsNoQuestionIsToldSo() {
        byte[] query = Query.of(9, "web", Question.A);
        byte[] response = query.clone();
        response[2] |= (byte) 0x80;
        assertThat(Responder.answer(VIEW, response, response.length, out, true, 0))
                .isEqualTo(Responder.DROP);
        assertThat(Responder.answer(VIEW, query, 11, out, true, 0)).isEqualTo(Responder.DROP);
        byte[] update = query.clone();
        update[2] |= 0x28;
        assertThat(Query.code(answer(VIEW, update))).isEqualTo(Wire.NOTIMP);
        byte[] two = query.clone();
        two[5] = 2;
        assertThat(Query.code(answer(VIEW, two))).isEqualTo(Wire.FORMERR);
        byte[] pointer = query.clone();
        pointer[12] = (byte) 0xc0;
        assertThat(Query.code(answer(VIEW, pointer))).isEqualTo(Wire.FORMERR);
        assertThat(Query.code(answer(VIEW, Arrays.copyOf(query, query.length - 1))))
                .isEqualTo(Wire.FORMERR);
    }

    /// Whatever the bytes: an answer that is one, or none, and never an exception.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noMessageHurts(long seed) {
        Random random = new Random(seed);
        String[] names = {"web", "many", "example.org", "2.0.1.10.in-addr.arpa", "a".repeat(63), ""};
        for (int i = 0; i < 100_000; i++) {
            byte[] m;
            if (random.nextInt(4) == 0) {
                m = new byte[random.nextInt(80)];
                random.nextBytes(m);
            } else {
                m = Query.of(
                        random.nextInt(65_536),
                        names[random.nextInt(names.length)],
                        random.nextInt(40),
                        random.nextBoolean() ? random.nextInt(5000) + 1 : 0);
                for (int n = random.nextInt(4); n > 0; n--) {
                    m[random.nextInt(m.length)] = (byte) random.nextInt(256);
                }
                m = Arrays.copyOf(m, random.nextInt(4) == 0 ? random.nextInt(m.length + 1) : m.length);
            }
            int length = Responder.answer(random.nextBoolean() ? VIEW : INTERNAL, m, m.length, out, true, i);
            assertThat(length).as("seed %s step %s", seed, i).isBetween(Responder.DROP, out.length);
            if (length > 0) {
                assertThat(Wire.u16(out, 0)).isEqualTo(Wire.u16(m, 0));
                assertThat(Wire.u16(out, 2) & Wire.QR).isNotZero();
                Query.records(Arrays.copyOf(out, length));
            }
            Forwarder.answers(m, Arrays.copyOf(out, Math.max(0, length)), Math.max(0, length));
        }
    }
}
