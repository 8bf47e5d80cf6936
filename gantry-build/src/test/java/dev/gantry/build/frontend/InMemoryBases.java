package dev.gantry.build.frontend;

import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.build.graph.Op;
import java.util.List;
import java.util.Map;

/// Some images to build on.
final class InMemoryBases implements Bases {
    private static final List<Map<String, Object>> HISTORY = List.of(Map.of("created_by", "ADD rootfs.tar /"));

    private static final Map<String, Map<String, Object>> CONFIGS = Map.of(
            "busybox",
            Map.of("Env", List.of("PATH=/bin"), "Cmd", List.of("sh")),
            "app",
            Map.of(
                    "Env", List.of("PATH=/bin", "HOME=/root"),
                    "Entrypoint", List.of("/app"),
                    "Cmd", List.of("--help"),
                    "User", "app",
                    "WorkingDir", "/srv",
                    "Labels", Map.of("a", "base", "b", "base"),
                    "ExposedPorts", Map.of("80/tcp", Map.of()),
                    "Volumes", Map.of("/data", Map.of()),
                    "X-Unknown", "kept"),
            "bash",
            Map.of("Env", List.of("PATH=/bin"), "Shell", List.of("/bin/bash", "-ec")),
            "onbuild",
            Map.of(
                    "Env", List.of("PATH=/bin"),
                    "OnBuild", List.of("COPY . /src", "RUN make $FLAGS", "ENV BUILT=yes")),
            "brokenonbuild",
            Map.of("OnBuild", List.of("NO such")),
            "wildonbuild",
            Map.of("OnBuild", List.of("COPY --from=one /x /x", "RUN --mount=from=two,target=/two true")));

    @Override
    public Base find(String reference, Platform platform, Op.Pull pull) {
        String name = reference.replaceAll("(:|@).*", "");
        Map<String, Object> config = CONFIGS.get(name);
        if (config == null) {
            throw new NotFound("find image " + reference, "there is none", "pull it");
        }
        Platform actual = reference.endsWith(":amd64only") ? new Platform("linux", "amd64", "") : platform;
        return new Base(reference, actual, Map.of("config", config, "history", HISTORY, "author", "maker"));
    }
}
