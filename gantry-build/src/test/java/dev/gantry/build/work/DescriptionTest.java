package dev.gantry.build.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.FileName;
import org.junit.jupiter.api.Test;

class DescriptionTest {
    @Test
    void whatEndsInOnePartBeginsInNoOther() {
        assertThat(new Description().name("x\n3:s/b").text("REGULAR").digest())
                .isNotEqualTo(new Description().name("x").text("\n3:s/bREGULAR").digest());
        assertThat(new Description().name("ab").name("c").digest())
                .isNotEqualTo(new Description().name("a").name("bc").digest());
    }

    @Test
    void namesThatAreNoTextAreToldApart() {
        String one = FileName.decode(new byte[] {(byte) 0xfe});
        String other = FileName.decode(new byte[] {(byte) 0xff});
        assertThat(new Description().name(one).digest())
                .isNotEqualTo(new Description().name(other).digest());
    }
}
