package dev.gantry.api.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ParcelTest {
    private static InputStream stream(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }

    @Test
    void streamsComeOutAsTheyWentIn() throws IOException {
        byte[] large = new byte[200_000];
        new Random(1).nextBytes(large);
        byte[] packed = Parcel.of(List.of(stream("head".getBytes(UTF_8)), stream(new byte[0]), stream(large)))
                .readAllBytes();
        Parcel parcel = Parcel.read(stream(packed));
        try (InputStream head = parcel.next()) {
            assertThat(head.read()).as("what is not read is passed over").isEqualTo('h');
        }
        try (InputStream none = parcel.next()) {
            assertThat(none.readAllBytes()).isEmpty();
        }
        try (InputStream last = parcel.next()) {
            assertThat(last.readAllBytes()).isEqualTo(large);
        }
    }

    @Test
    void whatIsCutIsAnError() throws IOException {
        byte[] packed = Parcel.of(List.of(stream("all of it".getBytes(UTF_8)))).readAllBytes();
        for (int length = 0; length < packed.length; length++) {
            Parcel cut = Parcel.read(stream(Arrays.copyOf(packed, length)));
            assertThatThrownBy(() -> cut.next().readAllBytes()).isInstanceOf(IOException.class);
        }
        Parcel odd = Parcel.read(stream(new byte[] {-1, -1, -1, -1}));
        assertThatThrownBy(() -> odd.next().readAllBytes()).isInstanceOf(IOException.class);
    }
}
