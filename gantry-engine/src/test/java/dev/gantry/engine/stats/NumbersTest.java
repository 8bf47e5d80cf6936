package dev.gantry.engine.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void theHostsTimeIsTheSumOfTheFirstSevenNumbers() {
        String stat = "cpu  1 2 3 4 5 6 7 100 200 300\ncpu0 1 1\ncpu1 1 1\nintr 5\n";
        assertThat(Numbers.hostNanos(stat)).isEqualTo(280_000_000L);
        assertThat(Numbers.processors(stat)).isEqualTo(2);
        assertThat(Numbers.hostNanos("")).isZero();
    }

    @Test
    void wordsAndLists() {
        assertThat(Numbers.words("cache 90112\nrss 4\n\nodd\nname x\n"))
                .containsOnly(java.util.Map.entry("cache", 90112L), java.util.Map.entry("rss", 4L));
        assertThat(Numbers.list("0 18029157 \n")).containsExactly(0L, 18029157L);
        assertThat(Numbers.kibibytes("MemTotal:       24683 kB\nMemFree: 1 kB\n", "MemTotal:"))
                .isEqualTo(24683L * 1024);
        assertThat(Numbers.parse("18446744073709551615")).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void blockDevicesOfBothHierarchies() {
        assertThat(Numbers.v1BlockIo("8:0 Read 4096\n8:0 Write 12\n8:0 Total 4108\nTotal 4108\n"))
                .containsExactly(
                        new Sample.BlockIo(8, 0, "read", 4096),
                        new Sample.BlockIo(8, 0, "write", 12),
                        new Sample.BlockIo(8, 0, "total", 4108));
        assertThat(Numbers.v2BlockIo("254:16 rbytes=5 wbytes=6 rios=1 wios=2 dbytes=0 dios=0\n"))
                .containsExactly(new Sample.BlockIo(254, 16, "read", 5), new Sample.BlockIo(254, 16, "write", 6));
        assertThat(Numbers.v2BlockIo("")).isEmpty();
    }

    @Test
    void interfacesWithoutTheLoopback() {
        assertThat(Numbers.links("""
                        Inter-|   Receive                                                |  Transmit
                         face |bytes    packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed
                            lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
                          eth0:1001       2    3    4    0     0          0         0      5       6    7    8    0     0       0          0
                        """))
                .containsOnly(java.util.Map.entry("eth0", new Sample.Link(1001, 2, 3, 4, 5, 6, 7, 8)));
    }
}
