package dev.gantry.build.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Platform;
import dev.gantry.build.graph.PlanText;
import java.util.List;
import org.junit.jupiter.api.Test;

class DockerfileFrontendTest {
    private static final Platform PLATFORM = new Platform("linux", "amd64", "");

    @Test
    void aDockerfileBecomesAGraphAndAConfiguration() {
        Wishes wishes = Wishes.on(PLATFORM)
                .context(new Context.Local("context", List.of("*.log")))
                .build();
        Planned planned = DockerfileFrontend.plan("""
                ARG BASE=busybox
                FROM $BASE AS build
                WORKDIR /src
                COPY --chown=1:2 main.c Makefile* ./
                RUN --mount=type=cache,target=/root/.cache make
                FROM scratch
                COPY --from=build /src/main /bin/
                ENV A=b
                USER 1000
                EXPOSE 80
                LABEL x=y
                CMD ["main"]
                """, wishes, new InMemoryBases());
        assertThat(PlanText.of(planned.image())).isEqualTo("""
                1 = image busybox linux/amd64
                2 = edit 1: mkdir /src 755
                3 = local context exclude *.log only Makefile* main.c
                4 = edit 2: copy 3:/main.c to /src/ owner 1:2: copy 3:/Makefile* to /src/ owner 1:2 pattern or nothing
                5 = run /bin/sh -c make on 4: cache /root/.cache id /root/.cache shared 755: in /src
                6 = edit nothing: copy 5:/src/main to /bin/
                image linux/amd64 of 6
                ArgsEscaped true
                Cmd [main]
                Env [PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin, A=b]
                ExposedPorts {80/tcp}
                Labels {x=y}
                User 1000
                WorkingDir /
                + COPY /src/main /bin/ # buildkit
                - ENV A=b
                - USER 1000
                - EXPOSE map[80/tcp:{}]
                - LABEL x=y
                - CMD ["main"]
                """);
        assertThat(planned.findings()).isEmpty();
    }
}
