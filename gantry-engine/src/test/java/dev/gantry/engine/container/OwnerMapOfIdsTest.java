package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.IdMap;
import dev.gantry.base.InvalidArgument;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Owners of files where containers have ids of their own.
class OwnerMapOfIdsTest {
    private static final List<IdMap.Range> RANGES =
            List.of(new IdMap.Range(0, 1000, 10), new IdMap.Range(10, 5000, 10));
    private static final IdMap IDS = new IdMap(RANGES, RANGES);

    @Test
    void theDiskHasTheIdsOfContainers() {
        assertThat(OwnerMap.lines(OwnerMap.of(IDS).uids())).isEqualTo("0 1000 10\n10 5000 10\n4294967294 0 1\n");
        assertThat(OwnerMap.lines(OwnerMap.inside(IDS).gids())).isEqualTo("1000 0 10\n5000 10 10\n");
    }

    @Test
    void whatAMountIsSeenAsIsSeenInTheContainer() {
        OwnerMap map = OwnerMap.parse("uids=70-5-10").in(IDS);
        assertThat(OwnerMap.lines(map.uids())).isEqualTo("70 1005 5\n75 5000 5\n");
        assertThat(OwnerMap.lines(map.gids())).as("those of the host").isEqualTo("0 0 4294967295\n");
        OwnerMap plain = OwnerMap.parse("uids=70-5-10");
        assertThat(plain.in(IdMap.SAME)).isSameAs(plain);
    }

    @Test
    void anIdIsAnotherOutside() {
        assertThat(IDS.uidOutside(12)).isEqualTo(5002);
        assertThat(IDS.gidInside(5002)).isEqualTo(12);
        assertThat(IDS.uidInside(0)).isEqualTo(IdMap.NOBODY);
        assertThat(IDS.groups()).isEqualTo(20);
        assertThatThrownBy(() -> IDS.uidOutside(20)).isInstanceOf(InvalidArgument.class);
        assertThat(IdMap.SAME.uidOutside(77)).isEqualTo(77);
        assertThat(IdMap.parse("   0 1000 10\n  10 5000 10\n", "0 1000 10\n10 5000 10"))
                .isEqualTo(IDS);
    }
}
