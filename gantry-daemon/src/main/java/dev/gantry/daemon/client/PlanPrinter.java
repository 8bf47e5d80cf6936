package dev.gantry.daemon.client;

import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.LaunchContext;
import dev.gantry.runtime.oci.PlanCompiler;
import dev.gantry.runtime.oci.RuntimeSpec;
import dev.gantry.runtime.plan.PlanText;
import java.nio.file.Path;

/// `gantry runtime plan`: what this host would do for an OCI configuration, as text.
final class PlanPrinter {
    private PlanPrinter() {}

    static String print(String config, String directory) {
        RuntimeSpec spec = RuntimeSpec.parse(config);
        RuntimeSpec.Root root = spec.root();
        String path = Path.of(directory)
                .resolve(root == null ? "rootfs" : root.path())
                .normalize()
                .toString();
        LaunchContext context = new LaunchContext(
                HostFacts.observe(),
                new LaunchContext.Root.Directory(path),
                path,
                "gantry/" + Path.of(directory).getFileName(),
                LaunchContext.WatchOptions.NONE);
        return PlanText.words(new PlanCompiler().compile(spec, context));
    }
}
