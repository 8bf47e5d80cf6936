package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserLookupTest {
    private static final String PASSWD = """
            root:x:0:0:root:/root:/bin/sh
            web:x:33:33::/srv:/bin/sh
            # a comment, and a broken line
            broken:x
            """;
    private static final String GROUP = """
            root:x:0:
            web:x:33:
            logs:x:44:web,root
            more:x:45:other
            """;

    private static UserLookup.Identity of(String user, String... add) {
        return UserLookup.resolve(user, List.of(add), PASSWD, GROUP);
    }

    @Test
    void anEmptyUserIsRootWithItsGroups() {
        assertThat(of("")).isEqualTo(new UserLookup.Identity(0, 0, List.of(0L, 44L), "/root"));
    }

    @Test
    void aNameGivesItsGroupsAndItsHome() {
        assertThat(of("web")).isEqualTo(new UserLookup.Identity(33, 33, List.of(33L, 44L), "/srv"));
        assertThat(of("33")).isEqualTo(of("web"));
    }

    @Test
    void aGroupThatIsGivenReplacesThoseOfTheUser() {
        assertThat(of("web:root")).isEqualTo(new UserLookup.Identity(33, 0, List.of(0L), "/srv"));
        assertThat(of("web:7")).isEqualTo(new UserLookup.Identity(33, 7, List.of(7L), "/srv"));
    }

    @Test
    void aNumberNeedsNoAccount() {
        assertThat(of("1234")).isEqualTo(new UserLookup.Identity(1234, 0, List.of(0L), "/"));
        assertThat(UserLookup.resolve("5:6", List.of(), "", ""))
                .isEqualTo(new UserLookup.Identity(5, 6, List.of(6L), "/"));
    }

    @Test
    void groupsAreAddedByNameAndNumber() {
        assertThat(of("web:root", "more", "99").groups()).containsExactly(0L, 45L, 99L);
    }

    @Test
    void anIdThatDoesNotFitIn32BitsIsNoAccountAndNoGroup() {
        String passwd = "wraps:x:4294967296:5::/:/bin/sh\nkeeps:x:4294967295:5::/:/bin/sh\n"
                + "last:x:4294967294:5::/:/bin/sh\ntwo:x:5:4294967296::/:/bin/sh\n";
        String group = "wraps:x:4294967296:last\nkeeps:x:4294967295:last\n";
        for (String user : List.of("wraps", "keeps", "two", "last:wraps", "last:keeps")) {
            assertThatThrownBy(() -> UserLookup.resolve(user, List.of(), passwd, group))
                    .as(user)
                    .isInstanceOf(InvalidArgument.class);
        }
        assertThat(UserLookup.resolve("last", List.of(), passwd, group))
                .isEqualTo(new UserLookup.Identity(4294967294L, 5, List.of(5L), "/"));
    }

    @Test
    void whatIsNotThereIsRefusedInWords() {
        assertThatThrownBy(() -> of("ghost"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("ghost");
        assertThatThrownBy(() -> of("web:ghosts"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("there is no such group");
        assertThatThrownBy(() -> of("99999999999")).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> of("2147483648")).isInstanceOf(InvalidArgument.class);
    }
}
