package dev.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import dev.gantry.base.IdMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubordinateIdsTest {
    @TempDir
    private Path etc;

    private SubordinateIds ids;
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void files() throws IOException {
        Files.writeString(etc.resolve("passwd"), "root:x:0:0::/:\nann:x:1000:1000::/:\nbob:x:1001:1001::/:\n");
        Files.writeString(etc.resolve("group"), "root:x:0:\nstaff:x:50:\n");
        Files.writeString(etc.resolve("subuid"), "# of users\nann:100000:65536\n1000:300000:10\nbob:x:1\n");
        Files.writeString(etc.resolve("subgid"), "ann:200000:65536\n");
        ids = new SubordinateIds(etc, warnings::add);
    }

    @Test
    void allRangesOfAUserFollowEachOther() {
        var map = new IdMap(
                List.of(new IdMap.Range(0, 100000, 65536), new IdMap.Range(65536, 300000, 10)),
                List.of(new IdMap.Range(0, 200000, 65536)));
        for (String user : List.of("ann", "1000", "ann:staff", "1000:50")) {
            assertThat(ids.of(user)).as(user).isEqualTo(map);
        }
    }

    @Test
    void nobodyAndRootAreMappedToThemselves() {
        assertThat(ids.of("").isSame()).isTrue();
        assertThat(warnings).isEmpty();
        assertThat(ids.of("root").isSame()).isTrue();
        assertThat(warnings).singleElement().asString().contains("user namespaces are off");
    }

    @Test
    void rangesThatTheKernelWouldRefuseAreRefusedAtOnce() throws IOException {
        for (String range : List.of("4294967295:1", "4294967290:6", "1:99999999999", "99999999999999999999:1")) {
            Files.writeString(etc.resolve("subuid"), "ann:" + range + "\n");
            assertRefused("ann", "there are no ids above 4294967294");
        }
        Files.writeString(etc.resolve("subuid"), "ann:4294967290:5\n");
        assertThat(ids.of("ann").uids()).containsExactly(new IdMap.Range(0, 4294967290L, 5));
        Files.writeString(etc.resolve("subuid"), "ann:1000:10\nann:1009:5\n");
        assertRefused("ann", "line ann:1009:5: it has ids of a line before");
        Files.writeString(etc.resolve("subuid"), "ann:1000:10\nann:990:10\nann:1010:1\n");
        assertThat(ids.of("ann").uids()).hasSize(3);
    }

    @Test
    void theDefaultIsTheUserOfDockerd() throws IOException {
        assertRefused("default", "useradd --system");
        Files.writeString(etc.resolve("passwd"), "dockremap:x:7:7::/:\n");
        Files.writeString(etc.resolve("subuid"), "dockremap:1:2\n");
        Files.writeString(etc.resolve("subgid"), "dockremap:3:4\n");
        assertThat(ids.of("default").gids()).containsExactly(new IdMap.Range(0, 3, 4));
    }

    @Test
    void whoHasNoRangesOrIsNotThereIsRefused() {
        assertRefused("eve", "there is no user eve");
        assertRefused("ann:eve", "there is no group eve");
        assertRefused("bob", "no subuid ranges found for user \"bob\"");
        assertRefused("a:b:c", "invalid user/group specification");
        assertRefused("ann:", "invalid user/group specification");
    }

    private void assertRefused(String remap, String why) {
        assertThatThrownBy(() -> ids.of(remap))
                .isInstanceOf(GantryException.class)
                .hasMessageContaining(why);
    }
}
