package dev.gantry.docker.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProcessTableTest {
    @Test
    void aCommandLineMayHoldAnyBytes() {
        assertThat(ProcessTable.command("sleep\0001\0".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("sleep 1");
        assertThat(ProcessTable.command(new byte[] {'a', (byte) 0xff, 0, 'b', 0}))
                .isEqualTo("a\ufffd b");
    }
}
