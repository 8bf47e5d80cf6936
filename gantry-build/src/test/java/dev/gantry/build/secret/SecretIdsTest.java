package dev.gantry.build.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Platform;
import dev.gantry.base.Unavailable;
import dev.gantry.build.frontend.Context;
import dev.gantry.build.frontend.DockerfileFrontend;
import dev.gantry.build.frontend.Planned;
import dev.gantry.build.frontend.Wishes;
import dev.gantry.build.solve.Lent;
import dev.gantry.build.solve.Solver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SecretIdsTest {
    /// As a client lends them: one by one, and only when it is asked.
    private static final Lent CLIENT = new Lent() {
        @Override
        public Optional<byte[]> secret(String id) {
            if (id.equals("odd")) {
                throw new Unavailable("get the secret odd", "the client is silent", "ask again");
            }
            return id.equals("none") ? Optional.empty() : Optional.of(("value of " + id).getBytes(UTF_8));
        }

        @Override
        public Optional<Agent> agent(String id, Path socket) {
            return Optional.empty();
        }
    };

    @Test
    void allThatAGraphNamesAreKnownBeforeAnythingIsDone() throws Exception {
        Wishes wishes = Wishes.on(Platform.host())
                .context(new Context.Local("context", List.of()))
                .build();
        Planned plan = DockerfileFrontend.plan("""
                FROM scratch
                RUN first
                RUN --mount=type=secret,id=file,required=false --mount=type=secret,id=none second
                RUN --mount=type=secret,id=variable,env=VARIABLE --mount=type=secret,id=odd third
                """, wishes, (reference, _, _) -> {
            throw new IllegalStateException(reference);
        });
        Lent lent = Lent.remembering(CLIENT);
        assertThat(lent.given()).isEmpty();
        SecretIds.ask(Solver.order(plan.image().root()), lent);
        assertThat(lent.given()).containsOnlyKeys("file", "variable");
        assertThat(lent.given().get("file")).isEqualTo("value of file".getBytes(UTF_8));
    }
}
